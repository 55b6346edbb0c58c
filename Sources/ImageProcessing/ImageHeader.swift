import CImageCodecs

/// What a picture file says about itself before its pixels; reading it decodes none of them.
public struct ImageHeader: Sendable, Equatable {
    /// The format, by the file's first bytes.
    public var format: ImageFormat
    /// Pixels as they are stored, at least 1; `orientation` may exchange the two.
    public var width, height: Int
    /// Bits of a stored sample; of an index, in a palette picture.
    public var bitDepth: Int
    /// Stored samples per pixel: 1 grey or palette, 2 grey and alpha, 3 colour, 4 colour and alpha or CMYK.
    public var channels: Int
    /// Whether pixels can be transparent, by a channel, a palette entry or a transparent colour.
    public var hasAlpha: Bool
    /// Whether the samples are cyan, magenta, yellow and black (JPEG only).
    public var isCMYK: Bool
    /// Whether the file holds an animation.
    public var isAnimated: Bool
    /// 1 for a still picture; for an animation the count its header declares, or 0 if it declares none.
    public var frames: Int
    /// How the stored pixels must be turned to stand upright.
    public var orientation: Orientation

    /// Reads the header of a PNG, JPEG or WebP file.
    ///
    /// - Throws: `ImageError` for an unknown format and for a header that is truncated or damaged. Limits are not
    ///   applied here, except that the format's own library refuses sizes it cannot express.
    public init(of bytes: [UInt8]) throws(ImageError) {
        guard let format = ImageFormat(signatureOf: bytes) else {
            throw .unknownFormat(name: ImageFormat.foreignName(signatureOf: bytes), firstBytes: Array(bytes.prefix(8)))
        }
        let header = try Codec.header(of: bytes, format)
        self.format = format
        width = Int(header.width)
        height = Int(header.height)
        bitDepth = Int(header.bit_depth)
        channels = Int(header.channels)
        hasAlpha = header.has_alpha != 0
        isCMYK = header.is_cmyk != 0
        isAnimated = header.is_animated != 0
        frames = Int(header.frames)
        orientation = Orientation(ofFile: bytes, format)
    }
}

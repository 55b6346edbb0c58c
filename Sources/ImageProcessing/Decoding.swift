// From a file's bytes to upright 8-bit pixels: sniff, read the header, check the limits, decode, flatten, turn.

import CImageCodecs

/// What becomes of transparency where a picture must be opaque.
public enum AlphaRule: Sendable, Equatable {
    /// The picture is laid on white, as transformers does before it hands a picture to a processor.
    case compositeOnWhite
    /// The alpha channel is dropped and the colours beneath it shown, as in Pillow's `convert("RGB")`.
    case discard
}

extension Image {
    /// Decodes a PNG, JPEG or WebP file to upright RGB.
    ///
    /// 16-bit samples keep their high byte. CMYK becomes RGB by the plain formula of Pillow. Colour profiles and gamma
    /// are ignored. The orientation that a camera noted is applied. See `docs/pictures.md`.
    ///
    /// - Parameters:
    ///   - bytes: the whole file; what follows the picture's end is ignored.
    ///   - limits: checked before any pixel is decoded.
    ///   - alpha: what becomes of transparent pixels.
    /// - Throws: `ImageError`; in particular, animations are refused and so is a file that ends too early.
    public static func decode(
        _ bytes: [UInt8], limits: DecodingLimits = .default, alpha: AlphaRule = .compositeOnWhite
    ) throws(ImageError) -> Image {
        let header = try checkedHeader(of: bytes, limits)
        return Image(try opaquePixels(of: bytes, header, alpha).turned(header.orientation))
    }

    private static func opaquePixels(
        of bytes: [UInt8], _ header: ImageHeader, _ alpha: AlphaRule
    ) throws(ImageError) -> Raster {
        if header.isCMYK { return try Codec.pixels(of: bytes, header, CIC_CMYK).convertedFromInvertedCMYK() }
        if header.hasAlpha, alpha == .compositeOnWhite {
            return try Codec.pixels(of: bytes, header, CIC_RGBA).compositedOnWhite()
        }
        return try Codec.pixels(of: bytes, header, CIC_RGB)
    }
}

extension RGBAImage {
    /// Decodes a PNG, JPEG or WebP file to upright RGBA; a file without transparency becomes opaque.
    ///
    /// Rules, limits and errors are those of `Image.decode`.
    public static func decode(_ bytes: [UInt8], limits: DecodingLimits = .default) throws(ImageError) -> RGBAImage {
        let header = try checkedHeader(of: bytes, limits)
        let raster = try storedPixels(of: bytes, header)
        return RGBAImage(raster.turned(header.orientation))
    }

    private static func storedPixels(of bytes: [UInt8], _ header: ImageHeader) throws(ImageError) -> Raster {
        guard header.isCMYK else { return try Codec.pixels(of: bytes, header, CIC_RGBA) }
        return try Codec.pixels(of: bytes, header, CIC_CMYK).convertedFromInvertedCMYK().withOpaqueAlpha()
    }
}

/// The header of a file that may be decoded.
private func checkedHeader(of bytes: [UInt8], _ limits: DecodingLimits) throws(ImageError) -> ImageHeader {
    try limits.check(byteCount: bytes.count)
    let header = try ImageHeader(of: bytes)
    if header.isAnimated { throw .animated(header.format, frames: header.frames) }
    try limits.check(width: header.width, height: header.height)
    if header.format == .jpeg {
        let scans = JPEGMarkers.scanCount(of: bytes)
        guard scans <= limits.maximumScans else { throw .tooManyScans(found: scans, limit: limits.maximumScans) }
    }
    return header
}

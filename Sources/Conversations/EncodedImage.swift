/// A picture as it is stored: the bytes of a PNG, JPEG or WebP file, not yet decoded and not yet checked.
///
/// Equal when the bytes *and* the path are equal, so that two rows that name one picture differently stay apart;
/// compare `bytes` to ask whether the pictures are the same file.
public struct EncodedImage: Sendable, Hashable {
    /// The whole file. May be anything when it comes from outside; decoding is where it is judged.
    public var bytes: [UInt8]

    /// The name the picture had where it came from, for people and for export; never opened. `nil` when it had none.
    public var path: String?

    public init(bytes: [UInt8], path: String? = nil) {
        self.bytes = bytes
        self.path = path
    }
}

/// The picture files that can be decoded, told by their first bytes; names and media types are never asked.
public enum ImageFormat: String, Sendable, CaseIterable {
    case png = "PNG"
    case jpeg = "JPEG"
    case webP = "WebP"

    /// The format whose signature begins `bytes`, or nil.
    public init?(signatureOf bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webP
        } else {
            return nil
        }
    }

    /// The name of a format that is known but not decoded, for a better sentence than "unknown".
    static func foreignName(signatureOf bytes: [UInt8]) -> String? {
        let brand = bytes.dropFirst(4).prefix(8)
        let names: [(isMatch: Bool, name: String)] = [
            (bytes.starts(with: "GIF8".utf8), "GIF"),
            (bytes.starts(with: "BM".utf8), "BMP"),
            (bytes.starts(with: [0x49, 0x49, 0x2A, 0x00]) || bytes.starts(with: [0x4D, 0x4D, 0x00, 0x2A]), "TIFF"),
            (brand.elementsEqual("ftypavif".utf8), "AVIF"),
            (brand.elementsEqual("ftypheic".utf8) || brand.elementsEqual("ftypmif1".utf8), "HEIF"),
            (bytes.starts(with: "<svg".utf8) || bytes.starts(with: "<?xml".utf8), "SVG or other XML"),
        ]
        return names.first { $0.isMatch }?.name
    }
}

// Finds the orientation that a camera noted. A picture is never refused for its metadata: what cannot be read, and what
// is out of range, counts as upright.

extension Orientation {
    /// The orientation in the file's EXIF data: JPEG's first EXIF segment, PNG's `eXIf`, WebP's `EXIF` chunk.
    init(ofFile bytes: [UInt8], _ format: ImageFormat) {
        let exif =
            switch format {
            case .jpeg: JPEGMarkers.exif(in: bytes)
            case .png: PNGChunks.exif(in: bytes)
            case .webP: WebPChunks.exif(in: bytes)
            }
        self = exif.flatMap(Orientation.init(exif:)) ?? .upright
    }

    /// Tag 0x0112 of the first directory of a TIFF structure, which is what EXIF data is.
    private init?(exif: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes: exif)
        if reader.has("II", at: 0) {
            reader.byteOrder = .littleEndian
        } else if !reader.has("MM", at: 0) {
            return nil
        }
        guard reader.uint16(at: 2) == 42, let directory = reader.uint32(at: 4),
            let entryCount = reader.uint16(at: directory)
        else { return nil }
        let entries = (0..<entryCount).lazy.map { directory + 2 + 12 * $0 }
        guard let entry = entries.first(where: { reader.uint16(at: $0) == 0x0112 }),
            let value = Self.value(ofEntryAt: entry, reader)
        else { return nil }
        self.init(rawValue: value)
    }

    /// The single integer that an entry keeps in itself: type 1 is a byte, 3 a short, 4 a long.
    private static func value(ofEntryAt entry: Int, _ reader: ByteReader) -> Int? {
        guard let type = reader.uint16(at: entry + 2), reader.uint32(at: entry + 4) == 1 else { return nil }
        switch type {
        case 1: return reader.byte(at: entry + 8).map { Int($0) }
        case 3: return reader.uint16(at: entry + 8)
        case 4: return reader.uint32(at: entry + 8)
        default: return nil
        }
    }
}

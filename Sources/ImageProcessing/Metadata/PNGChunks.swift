/// Walks the chunks of a PNG file without inflating any of them.
enum PNGChunks {
    /// The TIFF structure of the first `eXIf` chunk, or nil.
    static func exif(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let reader = ByteReader(bytes: bytes[...])
        var offset = 8
        // A chunk: length, four letters, data, checksum.
        while let length = reader.uint32(at: offset), !reader.has("IEND", at: offset + 4) {
            if reader.has("eXIf", at: offset + 4) { return reader.slice(at: offset + 8, count: length) }
            offset += 12 + length
        }
        return nil
    }
}

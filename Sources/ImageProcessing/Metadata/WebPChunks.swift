/// Walks the RIFF chunks of a WebP file.
enum WebPChunks {
    /// The TIFF structure of the first `EXIF` chunk, or nil. Some writers put JPEG's "Exif" prefix before it.
    static func exif(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var reader = ByteReader(bytes: bytes[...])
        reader.byteOrder = .littleEndian
        var offset = 12
        // A chunk: four letters, length, data, and a zero to make the length even.
        while let length = reader.uint32(at: offset + 4) {
            if reader.has("EXIF", at: offset) {
                let prefix = reader.has("Exif\0\0", at: offset + 8) ? 6 : 0
                return reader.slice(at: offset + 8 + prefix, count: length - prefix)
            }
            offset += 8 + length + length % 2
        }
        return nil
    }
}

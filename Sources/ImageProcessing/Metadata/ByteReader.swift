/// Reads integers from bytes that nobody has vouched for: every read is checked, every offset may be wild.
struct ByteReader {
    enum ByteOrder { case bigEndian, littleEndian }

    let bytes: ArraySlice<UInt8>
    var byteOrder = ByteOrder.bigEndian

    /// `count` bytes at `offset` from the start, or nil when they do not all exist.
    func slice(at offset: Int, count: Int) -> ArraySlice<UInt8>? {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
        let start = bytes.startIndex + offset
        return bytes[start..<(start + count)]
    }

    func byte(at offset: Int) -> UInt8? {
        slice(at: offset, count: 1)?.first
    }

    func uint16(at offset: Int) -> Int? {
        integer(at: offset, byteCount: 2)
    }

    func uint32(at offset: Int) -> Int? {
        integer(at: offset, byteCount: 4)
    }

    /// Where `byte` first stands at or behind `offset`, or nil.
    func position(of byte: UInt8, from offset: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count else { return nil }
        return bytes[(bytes.startIndex + offset)...].firstIndex(of: byte).map { $0 - bytes.startIndex }
    }

    /// Whether the bytes at `offset` are those of `text`.
    func has(_ text: String, at offset: Int) -> Bool {
        slice(at: offset, count: text.utf8.count)?.elementsEqual(text.utf8) ?? false
    }

    private func integer(at offset: Int, byteCount: Int) -> Int? {
        guard let slice = slice(at: offset, count: byteCount) else { return nil }
        let value =
            switch byteOrder {
            case .bigEndian: slice.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            case .littleEndian: slice.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            }
        return Int(exactly: value)
    }
}

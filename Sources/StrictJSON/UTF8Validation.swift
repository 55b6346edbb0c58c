/// Finds the first byte that does not belong to well-formed UTF-8 (Unicode 16, table 3-7), or nil.
///
/// Overlong forms, surrogates and code points above U+10FFFF are not well-formed.
func firstInvalidUTF8(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var position = 0
    while position < bytes.count {
        if bytes[position] < 0x80 {
            position = skippingASCII(bytes, from: position)
        } else if let length = lengthOfScalar(bytes, at: position) {
            position += length
        } else {
            return position
        }
    }
    return nil
}

/// The first position from `start` on that does not hold ASCII; eight bytes at a time where it can.
private func skippingASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let raw = UnsafeRawBufferPointer(bytes)
    var position = start
    while position + 8 <= bytes.count {
        let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        guard word & 0x8080_8080_8080_8080 == 0 else { break }
        position += 8
    }
    while position < bytes.count, bytes[position] < 0x80 { position += 1 }
    return position
}

/// The number of bytes, 2 to 4, of the scalar whose lead byte lies at `position`; nil when it is not well-formed.
private func lengthOfScalar(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[position] {
    case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
    case 0xE0: (second, length) = (0xA0...0xBF, 3)
    case 0xED: (second, length) = (0x80...0x9F, 3)
    case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
    case 0xF0: (second, length) = (0x90...0xBF, 4)
    case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
    case 0xF4: (second, length) = (0x80...0x8F, 4)
    default: return nil
    }
    guard bytes.count - position >= length, second.contains(bytes[position + 1]) else { return nil }
    let rest = bytes[position + 2..<position + length]
    return rest.allSatisfy { $0 & 0xC0 == 0x80 } ? length : nil
}

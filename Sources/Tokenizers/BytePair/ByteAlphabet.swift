/// The printable characters by which byte-level vocabularies write the 256 bytes (Radford et al. 2019): the printable
/// Latin-1 characters stand for themselves, the other bytes in order for U+0100, U+0101, ….
enum ByteAlphabet {
    /// The character of each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt8 = 0
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(0x100 + UInt16(next)) ?? "\u{FFFD}"
            }
        }
    }()

    private static let bytes = Dictionary(
        zip(scalars, UInt8.min...UInt8.max), uniquingKeysWith: { first, _ in first })

    /// The UTF-8 bytes of each byte's character.
    static let symbols: [[UInt8]] = scalars.map { Array(String($0).utf8) }

    /// The bytes in the order of their characters.
    static let bytesInScalarOrder: [UInt8] = (UInt8.min...UInt8.max).sorted { scalars[Int($0)] < scalars[Int($1)] }

    /// The alphabet's spelling of `bytes`.
    static func spell(_ bytes: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(scalars[Int(byte)]) }
        return String(text)
    }

    /// The bytes that `text` spells; nil when a character is not of the alphabet.
    static func bytes(spelledBy text: String) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}

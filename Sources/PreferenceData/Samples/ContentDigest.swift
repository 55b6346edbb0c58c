import Crypto

/// SHA-256 of a list of byte strings, each counted, so that no two lists are alike by their concatenation.
public struct ContentDigest: Sendable, Hashable {
    /// 32 bytes.
    public let bytes: [UInt8]

    public init(of parts: [[UInt8]]) {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        bytes = Array(hash.finalize())
    }
}

extension ContentDigest: CustomStringConvertible {
    /// Lower-case hexadecimal, 64 characters.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

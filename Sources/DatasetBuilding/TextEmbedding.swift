import Foundation

/// Turns texts into vectors whose angles say how alike the texts are.
public protocol TextEmbedding: Sendable {
    /// One vector a text, of one length; none of them all 0.
    func vectors(_ texts: [String]) async throws -> [[Double]]
}

/// Counts of runs of three characters, hashed into 1024 places: how alike two texts are in their wording. Needs no model;
/// two ways to say the same thing lie apart.
public struct CharacterEmbedding: TextEmbedding {
    private static let width = 1024

    public init() {}

    public func vectors(_ texts: [String]) -> [[Double]] { texts.map(Self.vector) }

    private static func vector(_ text: String) -> [Double] {
        let bytes = Array((" " + text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") + " ").utf8)
        var counts = [Double](repeating: 0, count: width)
        for start in 0..<max(1, bytes.count - 2) {
            // FNV-1a, the same on every machine and in every run; the product carries the last character to the high bits.
            let hash = bytes[start..<min(start + 3, bytes.count)].reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
                ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
            }
            counts[Int((hash &* 0x9E37_79B9_7F4A_7C15) >> 32) % width] += 1
        }
        return counts
    }
}

/// 1 − cos of the angle between two vectors, 0 for the same direction; 1 when one is all 0.
func cosineDistance(_ first: [Double], _ second: [Double]) -> Double {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let lengths = (dot(first, first) * dot(second, second)).squareRoot()
    return lengths > 0 ? max(0, 1 - dot(first, second) / lengths) : 1
}

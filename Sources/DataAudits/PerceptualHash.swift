import Foundation
public import ImageProcessing

/// 64 bits that stay nearly the same when a picture is scaled, compressed again or slightly retouched.
///
/// The picture is made grey (0.299 R + 0.587 G + 0.114 B) and 32 × 32 (bilinear, with antialiasing); of its cosine
/// transform (DCT-II) the 8 × 8 lowest frequencies are kept; a bit is 1 where the coefficient is above the median of the 63
/// that are not the mean. Bit 0 is the mean's and always 0. This is the hash widely known as pHash (after Zauner 2010,
/// "Implementation and Benchmarking of Perceptual Image Hash Functions").
public struct PerceptualHash: Sendable, Hashable {
    public var bits: UInt64

    public init(bits: UInt64) { self.bits = bits }

    /// `nil` for a picture of nearly one colour (standard deviation of its 32 × 32 grey levels below 2 of 255): the hash
    /// would be noise, and all such pictures alike.
    public init?(of image: Image) {
        let levels = Self.levels(of: image)
        let mean = levels.reduce(0, +) / Double(levels.count)
        let variance = levels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(levels.count)
        guard variance >= 4 else { return nil }
        let coefficients = Array(Self.lowFrequencies(of: levels).dropFirst())
        let median = coefficients.sorted()[coefficients.count / 2]
        bits = coefficients.enumerated().reduce(0) { bits, entry in
            entry.element > median ? bits | 1 << UInt64(entry.offset + 1) : bits
        }
    }

    /// In how many bits two hashes differ: 0 for the same picture, about 32 for unrelated ones.
    public func distance(to other: PerceptualHash) -> Int { (bits ^ other.bits).nonzeroBitCount }

    // MARK: The transform

    private static let side = 32, kept = 8

    private static func levels(of image: Image) -> [Double] {
        let pixels = image.resized(width: side, height: side, filter: .bilinear).pixels
        return stride(from: 0, to: pixels.count - 2, by: 3).map { first -> Double in
            let (red, green, blue) = (Double(pixels[first]), Double(pixels[first + 1]), Double(pixels[first + 2]))
            return 0.299 * red + 0.587 * green + 0.114 * blue
        }
    }

    /// cos(π (2x + 1) u / 64) for the kept u, by rows of u.
    private static let cosines: [Double] = (0..<kept).flatMap { u in
        (0..<side).map { x -> Double in
            let angle = Double((2 * x + 1) * u) / Double(2 * side)
            return cos(Double.pi * angle)
        }
    }

    /// The kept coefficients by rows of vertical frequency; scales that are the same for all but the first are left out.
    private static func lowFrequencies(of levels: [Double]) -> [Double] {
        var rows: [Double] = []
        for y in 0..<side {
            for u in 0..<kept { rows.append(sum { x in levels[y * side + x] * cosines[u * side + x] }) }
        }
        var coefficients: [Double] = []
        for v in 0..<kept {
            for u in 0..<kept { coefficients.append(sum { y in rows[y * kept + u] * cosines[v * side + y] }) }
        }
        return coefficients
    }

    private static func sum(_ term: (Int) -> Double) -> Double {
        var sum = 0.0
        for place in 0..<side { sum += term(place) }
        return sum
    }
}

extension PerceptualHash: CustomStringConvertible {
    /// 16 hexadecimal digits.
    public var description: String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Random numbers that follow from a seed alone, on every machine and with every release of Swift: xoshiro256**
/// (Blackman and Vigna 2018), its state filled by SplitMix64.
///
/// The whole state can be saved and restored, so that a run goes on with the number it would have drawn next. Draw with
/// `below`, `unit` and `shuffle`: how the standard library turns a generator's bits into a range may change.
public struct SeededGenerator: RandomNumberGenerator, Equatable, Sendable {
    private var s0, s1, s2, s3: UInt64

    public init(seed: UInt64) {
        var mix = SplitMix64(state: seed)
        (s0, s1, s2, s3) = (mix.next(), mix.next(), mix.next(), mix.next())
    }

    public mutating func next() -> UInt64 {
        let result = rotated(s1 &* 5, by: 7) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = rotated(s3, by: 45)
        return result
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in `0..<count`, each equally likely (Lemire 2019). `count` must be at least 1.
    public mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "SeededGenerator: nothing lies below \(count)")
        let bound = UInt64(count)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            // The 2⁶⁴ mod bound smallest low halves would make some numbers likelier than others.
            let excess = (0 &- bound) % bound
            while product.low < excess { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// Puts the elements into an order that is equally likely to be any (Fisher and Yates; Durstenfeld 1964).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for index in elements.indices.dropFirst().reversed() { elements.swapAt(index, below(index + 1)) }
    }

    private func rotated(_ value: UInt64, by count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
}

extension SeededGenerator {
    /// The whole state as 64 hexadecimal digits.
    public var state: String {
        [s0, s1, s2, s3].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// The generator in a state that was saved; nil for anything that `state` cannot have been.
    public init?(state: String) {
        let digits = Array(state.utf8)
        guard digits.count == 64 else { return nil }
        let words = (0..<4).compactMap { word -> UInt64? in
            let part = digits[16 * word..<16 * (word + 1)]
            guard part.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
            return UInt64(String(decoding: part, as: UTF8.self), radix: 16)
        }
        // Out of zeros alone no other number would ever come.
        guard words.count == 4, words != [0, 0, 0, 0] else { return nil }
        (s0, s1, s2, s3) = (words[0], words[1], words[2], words[3])
    }
}

extension SeededGenerator: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let generator = SeededGenerator(state: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected 64 hexadecimal digits, not all 0")
        }
        self = generator
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(state)
    }
}

/// Spreads a seed over a larger state (Steele, Lea and Flood 2014).
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The world's own stream of random numbers (SplitMix64, Steele et al. 2014), so that the same seed writes the same
/// files on every machine and with every library.
public struct WorldRandom: Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// In `0..<count`; 0 when `count` is 0.
    mutating func below(_ count: Int) -> Int { Int(((next() >> 32) * UInt64(count)) >> 32) }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }

    /// One of `choices`, all alike likely.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

    /// One of `choices`, likely in proportion to its weight.
    mutating func pick<Choice>(_ choices: [(Choice, weight: Int)]) -> Choice {
        var left = below(choices.reduce(0) { $0 + $1.weight })
        for (choice, weight) in choices {
            left -= weight
            if left < 0 { return choice }
        }
        return choices[choices.count - 1].0
    }

    /// Two different ones, in either order.
    mutating func two<Choice>(_ choices: [Choice]) -> (Choice, Choice) {
        let first = below(choices.count)
        let second = below(choices.count - 1)
        return (choices[first], choices[second >= first ? second + 1 : second])
    }
}

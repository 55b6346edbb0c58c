/// How often each value was seen.
public struct Histogram: Sendable, Equatable {
    public private(set) var counts: [String: Int] = [:]

    mutating func add(_ value: String) { counts[value, default: 0] += 1 }

    public var total: Int { counts.values.reduce(0, +) }

    /// Values and counts: numbers in their order, then words, the most frequent first.
    public var sorted: [(value: String, count: Int)] {
        let numbers = counts.compactMap { value, count in Int(value).map { ($0, value, count) } }.sorted { $0.0 < $1.0 }
        let words = counts.filter { Int($0.key) == nil }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return numbers.map { ($0.1, $0.2) } + words.map { ($0.key, $0.value) }
    }
}

/// Lengths in Unicode scalars.
public struct LengthStatistics: Sendable, Equatable {
    private var lengths: [Int] = []

    mutating func add(_ length: Int) { lengths.append(length) }

    public var count: Int { lengths.count }

    public var mean: Double { lengths.isEmpty ? 0 : Double(lengths.reduce(0, +)) / Double(lengths.count) }

    /// The lengths that the given fractions (0 … 1) of all texts do not exceed: 0 the shortest, 1 the longest. Zeros
    /// when there are no texts.
    public func quantiles(_ fractions: [Double]) -> [Int] {
        let sorted = lengths.sorted()
        return fractions.map { fraction in
            let rank = (fraction.clamped * Double(sorted.count)).rounded(.up)
            return sorted.isEmpty ? 0 : sorted[max(Int(rank), 1) - 1]
        }
    }
}

extension Double {
    /// Inside 0 … 1.
    fileprivate var clamped: Double { isNaN ? 0 : Swift.min(Swift.max(self, 0), 1) }
}

public import Statistics

/// How often each item of a table counts; 1 for every item of the table as it is.
public struct ItemWeights: Sendable {
    var counts: [Int32]

    init(each itemCount: Int) { counts = [Int32](repeating: 1, count: itemCount) }

    subscript(item: Int) -> Double { Double(counts[item]) }

    /// As many items as there are, drawn with replacement.
    mutating func redraw(using generator: inout SeededGenerator) {
        for item in counts.indices { counts[item] = 0 }
        for _ in counts.indices { counts[generator.below(counts.count)] += 1 }
    }
}

/// How intervals are made.
public struct BootstrapSettings: Sendable, Equatable {
    /// The share of resamples between the ends.
    public var confidence: Double
    /// 0 leaves the intervals out.
    public var resamples: Int
    public var seed: UInt64

    public init(confidence: Double = 0.95, resamples: Int = 1000, seed: UInt64 = 1) {
        (self.confidence, self.resamples, self.seed) = (confidence, resamples, seed)
    }
}

/// A coefficient of agreement with its interval.
public struct Coefficient: Sendable, Equatable {
    /// 1 is perfect agreement, 0 what chance gives, below 0 less than that. NaN where it is not defined: when nobody's
    /// answers can be compared, or when all are equal, so that chance would agree too.
    public var interval: Interval
    /// Resamples in which the coefficient was not defined; the interval is made of the others.
    public var undefinedResamples: Int
}

/// Percentile bootstrap intervals (Efron 1979) of several coefficients of one table: whole items are drawn again, with all
/// their answers, since the items are the sample and the annotators are not. The same seed gives the same intervals.
///
/// Linear in answers times resamples.
func bootstrap(
    itemCount: Int, _ settings: BootstrapSettings, _ coefficients: [(ItemWeights) -> Double]
) -> [Coefficient] {
    let values = coefficients.map { $0(ItemWeights(each: itemCount)) }
    var resampled = [[Double]](repeating: [], count: coefficients.count)
    var generator = SeededGenerator(seed: settings.seed)
    var weights = ItemWeights(each: itemCount)
    for _ in 0..<(itemCount > 0 ? settings.resamples : 0) {
        weights.redraw(using: &generator)
        for (index, coefficient) in coefficients.enumerated() where values[index].isFinite {
            resampled[index].append(coefficient(weights))
        }
    }
    return zip(values, resampled).map { value, resampled in
        let defined = resampled.filter(\.isFinite).sorted()
        return Coefficient(
            interval: Interval(
                value: value, low: quantile(sorted: defined, (1 - settings.confidence) / 2),
                high: quantile(sorted: defined, (1 + settings.confidence) / 2), n: itemCount),
            undefinedResamples: resampled.count - defined.count)
    }
}

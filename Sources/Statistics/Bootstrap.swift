/// The mean with its percentile bootstrap interval (Efron 1979). The same values and seed give the same interval.
public func bootstrapMean(
    _ values: [Double], confidence: Double = 0.95, resamples: Int = 2000, seed: UInt64 = 1
) -> Interval {
    guard !values.isEmpty else { return Interval(value: .nan, low: .nan, high: .nan, n: 0) }
    let means = resampledMeans(values, resamples, seed)
    return Interval(
        value: mean(values), low: quantile(sorted: means, (1 - confidence) / 2),
        high: quantile(sorted: means, (1 + confidence) / 2), n: values.count)
}

/// How much better the second of two systems did than the first, on the same items.
public struct PairedDifference: Sendable, Equatable {
    /// The mean of second − first, with its percentile bootstrap interval.
    public var interval: Interval
    /// The share of resamples in which the second did better, equal ones counted half: near ½ when nothing tells the two
    /// systems apart, near 0 or 1 when the items agree. NaN of nothing.
    public var shareAboveZero: Double
}

/// Compares two systems that were measured on the same items, item by item: whole items are drawn again, so what makes an
/// item hard for both does not widen the interval (Efron and Tibshirani 1993, chapter 8).
public func pairedBootstrap(
    first: [Double], second: [Double], confidence: Double = 0.95, resamples: Int = 2000, seed: UInt64 = 1
) -> PairedDifference {
    precondition(first.count == second.count, "pairedBootstrap: \(first.count) values with \(second.count)")
    let differences = zip(first, second).map { $1 - $0 }
    let interval = bootstrapMean(differences, confidence: confidence, resamples: resamples, seed: seed)
    guard !differences.isEmpty else { return PairedDifference(interval: interval, shareAboveZero: .nan) }
    let means = resampledMeans(differences, resamples, seed)
    let points = means.map { $0 > 0 ? 1 : $0 == 0 ? 0.5 : 0 }
    return PairedDifference(interval: interval, shareAboveZero: mean(points))
}

/// The means of `resamples` samples drawn with replacement, in ascending order.
private func resampledMeans(_ values: [Double], _ resamples: Int, _ seed: UInt64) -> [Double] {
    precondition(resamples > 0, "bootstrap: \(resamples) resamples")
    var generator = SeededGenerator(seed: seed)
    return (0..<resamples).map { _ in
        var sum = 0.0
        for _ in values.indices { sum += values[generator.below(values.count)] }
        return sum / Double(values.count)
    }.sorted()
}

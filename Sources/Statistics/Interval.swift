/// A measured value, the interval in which the true one lies with some confidence, and how many observations say so.
public struct Interval: Sendable, Equatable {
    public var value: Double
    public var low: Double
    public var high: Double
    /// Observations behind the value. With 0 the numbers are NaN.
    public var n: Int

    public init(value: Double, low: Double, high: Double, n: Int) {
        self.value = value
        self.low = low
        self.high = high
        self.n = n
    }
}

/// The share of `n` trials that succeeded with its score interval, which stays inside 0…1 and is honest at both ends.
///
///     (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)        Wilson 1927
public func wilsonInterval(successes: Int, of n: Int, confidence: Double = 0.95) -> Interval {
    precondition((0...max(0, n)).contains(successes), "wilsonInterval: \(successes) successes of \(n)")
    guard n > 0 else { return Interval(value: .nan, low: .nan, high: .nan, n: 0) }
    let z = normalQuantile((1 + confidence) / 2)
    let total = Double(n)
    let share = Double(successes) / total
    let centre = share + z * z / (2 * total)
    let half = z * (share * (1 - share) / total + z * z / (4 * total * total)).squareRoot()
    let scale = 1 + z * z / total
    return Interval(
        value: share, low: successes == 0 ? 0 : (centre - half) / scale,
        high: successes == n ? 1 : (centre + half) / scale, n: n)
}

/// The mean with the interval of the normal approximation, x̄ ± z·s/√n: for many observations.
/// With fewer than two observations the ends are NaN.
public func normalInterval(_ values: [Double], confidence: Double = 0.95) -> Interval {
    interval(values, quantile: normalQuantile((1 + confidence) / 2))
}

/// The mean over a few repetitions with Student's interval, x̄ ± t·s/√n with n − 1 degrees of freedom: what a table over
/// seeds shows. With fewer than two observations the ends are NaN.
public func meanOverSeeds(_ values: [Double], confidence: Double = 0.95) -> Interval {
    interval(values, quantile: studentQuantile((1 + confidence) / 2, degrees: max(1, values.count - 1)))
}

private func interval(_ values: [Double], quantile: Double) -> Interval {
    let centre = mean(values)
    let error = values.count > 1 ? standardDeviation(values) / Double(values.count).squareRoot() : .nan
    return Interval(value: centre, low: centre - quantile * error, high: centre + quantile * error, n: values.count)
}

/// A threshold whose miss rate is bounded in advance: what `conformalThreshold` finds.
public struct ConformalThreshold: Sendable, Equatable {
    /// Scores at or above it count as found. 0 where so few examples promise nothing better than finding everything.
    public var threshold: Double
    /// The bound that holds: E[miss] ≤ (misses + 1) / (n + 1); 0 when everything is found.
    public var bound: Double
    /// Misses among the examples at this threshold.
    public var misses: Int
    /// Examples behind it.
    public var n: Int
}

/// The highest threshold at which a new example that ought to be found is missed with probability at most `missRate`, by
/// conformal risk control (Angelopoulos et al. 2024, arXiv 2208.02814) with the loss 1{score < threshold}:
///
///     threshold = sup { t : (n·R̂(t) + 1) / (n + 1) ≤ α },   R̂(t) = share of the n scores below t
///
/// The loss falls as the threshold does and is at most 1, which is all that the theorem asks of it. What it asks of the
/// data is *exchangeability*: the new example must come from the same source as the `n`, in no particular order. A guard
/// that meets other pictures, languages or attacks than it was calibrated on has no such promise. The probability is over
/// the calibration set too, not for this one set.
///
/// With fewer than 1/α − 1 examples no threshold above 0 keeps the promise; 0, which finds everything, does.
///
/// - Parameter scores: of examples that ought to be found, each in 0…1.
public func conformalThreshold(_ scores: [Double], missRate: Double) -> ConformalThreshold {
    precondition((0...1).contains(missRate), "conformalThreshold: a miss rate of \(missRate)")
    let sorted = scores.sorted()
    let n = sorted.count
    // Rounded down after a hair is added, so that 0.1 · 20 − 1 is 1 and not 0.9999….
    let allowed = Int((missRate * Double(n + 1) - 1 + 1e-9).rounded(.down))
    guard allowed >= 0 else { return ConformalThreshold(threshold: 0, bound: 0, misses: 0, n: n) }
    // At most `allowed` scores may lie strictly below the threshold.
    guard allowed < n else { return ConformalThreshold(threshold: 1, bound: missRate, misses: sorted.count { $0 < 1 }, n: n) }
    let threshold = sorted[allowed]
    let misses = sorted.count { $0 < threshold }
    return ConformalThreshold(threshold: threshold, bound: Double(misses + 1) / Double(n + 1), misses: misses, n: n)
}

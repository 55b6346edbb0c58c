/// How often the first of two beats the second, ties counted half.
public struct WinRate: Sendable, Equatable {
    public var wins = 0
    public var ties = 0
    public var losses = 0
    /// (wins + ½·ties) / all, with its percentile bootstrap interval over the compared items.
    public var interval: Interval

    /// One pair of scores per item; the higher wins. A score that compares with nothing (NaN) has no place here: count the
    /// items that could not be scored, and leave them out.
    public init<Score: Comparable>(
        _ pairs: [(first: Score, second: Score)], confidence: Double = 0.95, resamples: Int = 2000, seed: UInt64 = 1
    ) {
        for (first, second) in pairs {
            precondition(first == first && second == second, "WinRate: a score is NaN")
            if first > second { wins += 1 } else if first == second { ties += 1 } else { losses += 1 }
        }
        let points = pairs.map { $0.first > $0.second ? 1 : $0.first == $0.second ? 0.5 : 0 }
        interval = bootstrapMean(points, confidence: confidence, resamples: resamples, seed: seed)
    }

    /// The share of items that neither won; NaN of nothing.
    public var tieShare: Double {
        let count = wins + ties + losses
        return count > 0 ? Double(ties) / Double(count) : .nan
    }
}

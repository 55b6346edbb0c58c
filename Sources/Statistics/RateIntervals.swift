/// The F1 score with its interval. F1 = 2J / (1 + J) for J = TP / (TP + FP + FN), a share of the items that either side
/// calls positive; J's score interval is carried over, since the map rises.
public func f1Interval(_ counts: BinaryCounts, confidence: Double = 0.95) -> Interval {
    let named = counts.truePositives + counts.falsePositives + counts.falseNegatives
    let share = wilsonInterval(successes: counts.truePositives, of: named, confidence: confidence)
    func f1(_ share: Double) -> Double { 2 * share / (1 + share) }
    return Interval(value: f1(share.value), low: f1(share.low), high: f1(share.high), n: named)
}

extension BinaryCounts {
    public func accuracyInterval(confidence: Double = 0.95) -> Interval {
        wilsonInterval(successes: truePositives + trueNegatives, of: count, confidence: confidence)
    }

    public func precisionInterval(confidence: Double = 0.95) -> Interval {
        wilsonInterval(successes: truePositives, of: truePositives + falsePositives, confidence: confidence)
    }

    public func recallInterval(confidence: Double = 0.95) -> Interval {
        wilsonInterval(successes: truePositives, of: positives, confidence: confidence)
    }

    public func falsePositiveRateInterval(confidence: Double = 0.95) -> Interval {
        wilsonInterval(successes: falsePositives, of: negatives, confidence: confidence)
    }
}

/// The area under the ROC curve with an interval that stays inside 0…1 and is honest at both ends (Newcombe 2006, method
/// 5): the areas θ that the found one is not too far from, by the variance that θ itself would give,
///
///     |θ̂ − θ| ≤ z·√V(θ),   V(θ) = θ(1−θ)·(1 + (N−1)·((1−θ)/(2−θ) + θ/(1+θ))) / (P·M),   N = (P + M) / 2
///
/// for P positives and M negatives. `n` counts all items; NaN, of nothing, when one class is absent.
public func areaInterval(_ scored: [(score: Double, isPositive: Bool)], confidence: Double = 0.95) -> Interval {
    let area = areaUnderCurve(scored)
    guard !area.isNaN else { return Interval(value: .nan, low: .nan, high: .nan, n: 0) }
    let positives = Double(scored.count(where: \.isPositive))
    let negatives = Double(scored.count) - positives
    let z = normalQuantile((1 + confidence) / 2)
    func isPlausible(_ theta: Double) -> Bool {
        let spread = 1 + ((positives + negatives) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        let variance = theta * (1 - theta) * spread / (positives * negatives)
        return abs(area - theta) <= z * variance.squareRoot()
    }
    /// The border between what is plausible, at `inner`, and what is not, towards `outer`.
    func border(_ inner: Double, _ outer: Double) -> Double {
        if isPlausible(outer) { return outer }
        var (inner, outer) = (inner, outer)
        for _ in 0..<60 {
            let middle = (inner + outer) / 2
            if isPlausible(middle) { inner = middle } else { outer = middle }
        }
        return inner
    }
    return Interval(value: area, low: border(area, 0), high: border(area, 1), n: scored.count)
}

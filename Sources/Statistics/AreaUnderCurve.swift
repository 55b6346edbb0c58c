/// The area under the ROC curve: how likely a positive scores above a negative, ties counted half.
///
///     U = Σ rank(positives) − P·(P + 1) / 2,   area = U / (P·N)        Mann and Whitney 1947
///
/// Ranks are shared by equal scores. O(n log n). NaN when one class is absent or a score is NaN.
public func areaUnderCurve(_ scored: [(score: Double, isPositive: Bool)]) -> Double {
    let positives = scored.count(where: \.isPositive)
    let negatives = scored.count - positives
    guard positives > 0, negatives > 0, !scored.contains(where: \.score.isNaN) else { return .nan }

    let sorted = scored.sorted { $0.score < $1.score }
    var rankSum = 0.0
    var start = 0
    while start < sorted.count {
        let end = sorted[start...].firstIndex { $0.score != sorted[start].score } ?? sorted.count
        // The ranks start + 1 … end, shared.
        let rank = Double(start + 1 + end) / 2
        rankSum += rank * Double(sorted[start..<end].count(where: \.isPositive))
        start = end
    }
    let p = Double(positives)
    return (rankSum - p * (p + 1) / 2) / (p * Double(negatives))
}

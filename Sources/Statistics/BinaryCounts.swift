/// How often a yes–no decision agreed with the truth: the confusion matrix and what is read from it.
///
/// Every rate is in 0…1, and NaN when nothing was counted that it could be a rate of.
public struct BinaryCounts: Sendable, Equatable {
    /// Said yes, and it was.
    public var truePositives = 0
    /// Said yes, but it was not.
    public var falsePositives = 0
    /// Said no, and it was not.
    public var trueNegatives = 0
    /// Said no, but it was.
    public var falseNegatives = 0

    public init(truePositives: Int = 0, falsePositives: Int = 0, trueNegatives: Int = 0, falseNegatives: Int = 0) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.trueNegatives = trueNegatives
        self.falseNegatives = falseNegatives
    }

    public init(_ decisions: some Sequence<(predicted: Bool, actual: Bool)>) {
        for decision in decisions { count(predicted: decision.predicted, actual: decision.actual) }
    }

    /// Counts one more decision.
    public mutating func count(predicted: Bool, actual: Bool) {
        switch (predicted, actual) {
        case (true, true): truePositives += 1
        case (true, false): falsePositives += 1
        case (false, false): trueNegatives += 1
        case (false, true): falseNegatives += 1
        }
    }

    /// All decisions.
    public var count: Int { positives + negatives }
    /// How many were in truth a yes.
    public var positives: Int { truePositives + falseNegatives }
    /// How many were in truth a no.
    public var negatives: Int { trueNegatives + falsePositives }

    /// The share of decisions that were right.
    public var accuracy: Double { share(truePositives + trueNegatives, of: count) }
    /// The share of the said yes that was right.
    public var precision: Double { share(truePositives, of: truePositives + falsePositives) }
    /// The share of the true yes that was found.
    public var recall: Double { share(truePositives, of: positives) }
    /// The share of the true no that was called yes.
    public var falsePositiveRate: Double { share(falsePositives, of: negatives) }
    /// The mean of the shares of true yes and of true no that were found; ½ for a decision that ignores what it sees.
    public var balancedAccuracy: Double { (recall + share(trueNegatives, of: negatives)) / 2 }
    /// The harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN).
    public var f1: Double { share(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives) }
    /// The accuracy of always saying what is in truth more common.
    public var majorityBaseline: Double { share(max(positives, negatives), of: count) }

    private func share(_ part: Int, of whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : .nan }
}

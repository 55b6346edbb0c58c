import Foundation

/// How well stated probabilities agree with what happened, bin by bin: a reliability diagram.
public struct ReliabilityCurve: Sendable, Equatable {
    /// The decisions whose stated probability falls into one range.
    public struct Bin: Sendable, Equatable {
        /// The range is (low, high]; the first one has 0 too.
        public var low: Double
        public var high: Double
        public var count: Int
        /// Mean of the stated probabilities; NaN in an empty bin.
        public var meanConfidence: Double
        /// The share that came true; NaN in an empty bin.
        public var accuracy: Double
    }

    public let bins: [Bin]

    /// - Parameters:
    ///   - decisions: a stated probability in 0…1, and whether what was stated came true.
    ///   - binCount: ranges of equal width.
    public init(_ decisions: [(confidence: Double, isRight: Bool)], binCount: Int = 15) {
        precondition(binCount > 0, "ReliabilityCurve: \(binCount) bins")
        var members = [[(confidence: Double, isRight: Bool)]](repeating: [], count: binCount)
        for decision in decisions {
            precondition((0...1).contains(decision.confidence), "ReliabilityCurve: \(decision.confidence) is not a probability")
            members[max(0, Int((decision.confidence * Double(binCount)).rounded(.up)) - 1)].append(decision)
        }
        bins = members.enumerated().map { index, members in
            Bin(
                low: Double(index) / Double(binCount), high: Double(index + 1) / Double(binCount), count: members.count,
                meanConfidence: mean(members.map(\.confidence)), accuracy: mean(members.map { $0.isRight ? 1 : 0 }))
        }
    }

    /// The mean distance between stated and true shares, weighted by how many decisions a bin has (Naeini et al. 2015):
    ///
    ///     ECE = Σ_b n_b/n · |accuracy_b − confidence_b|
    ///
    /// NaN of nothing.
    public var expectedCalibrationError: Double {
        let count = bins.reduce(0) { $0 + $1.count }
        guard count > 0 else { return .nan }
        return bins.filter { $0.count > 0 }.reduce(0) {
            $0 + Double($1.count) / Double(count) * abs($1.accuracy - $1.meanConfidence)
        }
    }
}

/// Logits of one decision among classes, and the class that was right. Two classes may be told by one logit z as [0, z].
public struct LabelledLogits: Sendable, Equatable {
    public var logits: [Double]
    public var label: Int

    public init(logits: [Double], label: Int) {
        precondition(logits.indices.contains(label), "LabelledLogits: label \(label) of \(logits.count) classes")
        (self.logits, self.label) = (logits, label)
    }

    /// A yes–no decision by one logit.
    public init(logit: Double, isPositive: Bool) {
        (logits, label) = ([0, logit], isPositive ? 1 : 0)
    }
}

/// softmax(z / T).
public func softmax(_ logits: [Double], temperature: Double = 1) -> [Double] {
    guard let top = logits.max() else { return [] }
    let weights = logits.map { exp(($0 - top) / temperature) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
}

/// The mean of −log softmax(z / T)[label], in nats; NaN of nothing.
public func negativeLogLikelihood(_ decisions: [LabelledLogits], temperature: Double = 1) -> Double {
    mean(decisions.map { decision in
        let scaled = decision.logits.map { $0 / temperature }
        let top = scaled.max() ?? 0
        return top + log(scaled.reduce(0) { $0 + exp($1 - top) }) - scaled[decision.label]
    })
}

/// The temperature T that makes the labels likeliest (Guo et al. 2017), between 1/20 and 20.
///
/// The loss is convex in 1/T (a log-sum-exp of linear functions minus a linear one), so a golden-section search over 1/T
/// finds its one minimum. Where every decision is right by its logits, the likelihood grows without end as T falls, and
/// where they are worse than nothing, as T rises: the border is returned. 1 of nothing.
public func fittedTemperature(_ decisions: [LabelledLogits], range: ClosedRange<Double> = 0.05...20) -> Double {
    guard !decisions.isEmpty else { return 1 }
    precondition(range.lowerBound > 0, "fittedTemperature: \(range)")
    func loss(_ inverse: Double) -> Double { negativeLogLikelihood(decisions, temperature: 1 / inverse) }
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (1 / range.upperBound, 1 / range.lowerBound)
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (leftLoss, rightLoss) = (loss(left), loss(right))
    // Each step keeps 0.618 of the interval: 80 steps leave 2e-17 of it.
    for _ in 0..<80 where high - low > 1e-12 {
        if leftLoss <= rightLoss {
            (high, right, rightLoss) = (right, left, leftLoss)
            left = high - ratio * (high - low)
            leftLoss = loss(left)
        } else {
            (low, left, leftLoss) = (left, right, rightLoss)
            right = low + ratio * (high - low)
            rightLoss = loss(right)
        }
    }
    return 2 / (low + high)
}

public import Conversations
import Foundation
public import PreferenceData
public import Statistics
public import VisionLanguageModels

/// How a guard's probabilities agree with held-out labels, and what makes them agree better.
public struct GuardCalibrating: Sendable {
    /// One head before and after.
    public struct Head: Sendable {
        public let name: String
        public let count: Int
        public let temperature: Double
        /// Mean negative log-likelihood in nats.
        public let lossBefore, lossAfter: Double
        public let before, after: ReliabilityCurve
    }

    /// A threshold for the wanted miss rate, and what it costs.
    public struct Threshold: Sendable {
        public let view: GuardView
        /// `nil`: harm of any category.
        public let category: HarmCategory?
        public let found: ConformalThreshold
        /// Harmless items of the same view that the threshold flags.
        public let falseAlarms: Interval
    }

    public let calibration: GuardCalibration
    public let heads: [Head]
    public let thresholds: [Threshold]

    /// - Parameters:
    ///   - scores: of the examples, in their order.
    ///   - missRate: the share of harm that may be missed.
    public init(_ scores: [GuardScores], _ examples: [GuardExample], missRate: Double) {
        precondition(scores.count == examples.count, "GuardCalibrating: \(scores.count) scores, \(examples.count) examples")
        let labelled = Array(zip(scores, examples.map(\.labels)))
        heads = [
            Head("unsafe", labelled.compactMap { scores, labels in
                labels.isUnsafe.map { LabelledLogits(logit: scores.unsafe, isPositive: $0) }
            }),
            Head("level", labelled.compactMap { scores, labels in
                labels.level.map { LabelledLogits(logits: scores.level, label: $0.rawValue) }
            }),
            Head("category", labelled.compactMap { scores, labels in
                labels.category.flatMap { HarmCategory.allCases.firstIndex(of: $0) }.map { LabelledLogits(logits: scores.category, label: $0) }
            }),
            Head("refusal", labelled.compactMap { scores, labels in
                labels.isRefusal.map { LabelledLogits(logit: scores.refusal, isPositive: $0) }
            }),
        ]
        var temperatures = GuardTemperatures()
        (temperatures.unsafe, temperatures.level) = (heads[0].temperature, heads[1].temperature)
        (temperatures.category, temperatures.refusal) = (heads[2].temperature, heads[3].temperature)
        let judged = zip(scores, examples).map { (prediction: $0.prediction(temperatures), example: $1) }
        thresholds = GuardView.allCases.flatMap { view in
            Self.thresholds(view, judged.filter { $0.example.view == view && $0.example.labels.isUnsafe != nil }, missRate)
        }
        calibration = GuardCalibration(
            temperatures: temperatures, missRate: missRate, queryThresholds: Self.saved(thresholds, .query),
            responseThresholds: Self.saved(thresholds, .response), exampleCount: examples.count)
    }

    /// One for harm as such and one for each category that occurs.
    private static func thresholds(
        _ view: GuardView, _ judged: [(prediction: GuardPrediction, example: GuardExample)], _ missRate: Double
    ) -> [Threshold] {
        let harmful = judged.filter { $0.example.labels.isUnsafe == true }
        let harmless = judged.filter { $0.example.labels.isUnsafe == false }
        guard !harmful.isEmpty else { return [] }
        func threshold(_ category: HarmCategory?, _ score: (GuardPrediction) -> Double) -> Threshold {
            let positives = harmful.filter { category == nil || $0.example.labels.category == category }
            let found = conformalThreshold(positives.map { score($0.prediction) }, missRate: missRate)
            let alarms = harmless.count { score($0.prediction) >= found.threshold }
            return Threshold(
                view: view, category: category, found: found,
                falseAlarms: wilsonInterval(successes: alarms, of: harmless.count))
        }
        let present = HarmCategory.allCases.filter { category in harmful.contains { $0.example.labels.category == category } }
        return [threshold(nil, \.unsafe)] + present.map { category in threshold(category) { $0.probability(of: category) } }
    }

    /// What is kept: thresholds that promise something. Too few examples of a category leave it to harm as such.
    private static func saved(_ thresholds: [Threshold], _ view: GuardView) -> GuardThresholds? {
        let known = thresholds.filter { $0.view == view && $0.found.threshold > 0 }
        guard let unsafe = known.first(where: { $0.category == nil }) else { return nil }
        let categories = known.compactMap { entry in entry.category.map { ($0, entry.found.threshold) } }
        return GuardThresholds(unsafe: unsafe.found.threshold, categories: Dictionary(uniqueKeysWithValues: categories))
    }
}

extension GuardCalibrating.Head {
    fileprivate init(_ name: String, _ decisions: [LabelledLogits]) {
        let temperature = fittedTemperature(decisions)
        func curve(_ temperature: Double) -> ReliabilityCurve {
            ReliabilityCurve(decisions.map { decision in
                let probabilities = softmax(decision.logits, temperature: temperature)
                let top = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
                return (confidence: min(1, probabilities[top]), isRight: top == decision.label)
            })
        }
        self.init(
            name: name, count: decisions.count, temperature: temperature, lossBefore: negativeLogLikelihood(decisions),
            lossAfter: negativeLogLikelihood(decisions, temperature: temperature), before: curve(1), after: curve(temperature))
    }
}

extension GuardView {
    /// The thresholds that a calibration found for this view.
    public func thresholds(of calibration: GuardCalibration?) -> GuardThresholds? {
        switch self {
        case .query: calibration?.queryThresholds
        case .response: calibration?.responseThresholds
        }
    }
}

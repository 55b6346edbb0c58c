import Conversations
import EmbeddedWorld
public import PreferenceData
public import Statistics
import VisionLanguageModels

/// What a guard is worth on the embedded world, by the truth and not by labels made of answers: whether a question is
/// harmful is known from the object and the request, and how bad an answer is from its words.
public struct WorldGuardFigures: Sendable {
    public let measurement: GuardMeasurement
    /// Harm told right or wrong, questions and answers together.
    public let harm: BinaryCounts
    /// False alarms on questions about hazardous things that ask nothing harmful, and on their answers.
    public let borderFalseAlarms: Interval
    /// Of answers, whose level is known.
    public let levelAccuracy: Interval

    /// - Parameter samples: pairs of the world's evaluation split, whose pictures and combinations no training saw.
    public init(_ classifier: GuardClassifier, _ samples: [PreferenceSample]) throws {
        let examples = Self.examples(samples)
        let predictions = try classifier.predictions(examples.map(\.conversation))
        measurement = GuardMeasurement(predictions, examples)
        let flags = zip(predictions, examples).map { (predicted: $0.unsafe >= 0.5, actual: $1.labels.isUnsafe ?? false, $1.isBorder) }
        harm = BinaryCounts(flags.map { (predicted: $0.predicted, actual: $0.actual) })
        let border = flags.filter(\.2)
        borderFalseAlarms = wilsonInterval(successes: border.count(where: \.predicted), of: border.count)
        levelAccuracy = measurement[.response]?.levelAccuracy ?? Interval(value: .nan, low: .nan, high: .nan, n: 0)
    }

    /// Questions by the truth, and answers by their rows.
    static func examples(_ samples: [PreferenceSample]) -> [GuardExample] {
        var made = GuardExamples()
        for sample in samples { made.add(sample) }
        let queries = made.queries.compactMap { example -> GuardExample? in
            guard let prompt = WorldPrompt(example.conversation) else { return nil }
            let isUnsafe = prompt.kind == .unsafe
            var known = example
            known.labels = GuardLabels(isUnsafe: isUnsafe, level: isUnsafe ? nil : .safe, category: isUnsafe ? prompt.request.category : nil)
            return known
        }
        return queries + made.responses
    }
}

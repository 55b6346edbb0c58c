import Conversations
public import PreferenceData
public import Statistics
import Torch
public import Training
public import VisionLanguageModels

/// How well a reward or cost model orders responses it was not trained on, and, for a cost model, on which side of 0 it
/// puts them.
public struct ScoreModelMeasurement: Sendable {
    /// Share of pairs in the right order; equal scores count as wrong.
    public let rankingAccuracy: Interval
    /// The same over pairs whose rates differ, where there is a right order to be found.
    public let rankingAccuracyWithoutTies: Interval
    /// Cost models: share of responses with cost > 0 exactly when flagged unsafe.
    public let signAccuracy: Interval
    /// Cost models: how well cost separates unsafe from safe responses.
    public let areaUnderCurve: Double
    /// Accuracy of always naming the commoner flag.
    public let majorityBaseline: Double

    /// Scores both responses of every sample.
    public init(
        _ model: ScoreModel, _ processor: Processor, _ samples: [PreferenceSample], _ objective: ScoreObjective,
        batchSize: Int = 64
    ) throws {
        let scorer = ResponseScorer(model, processor, batchSize: batchSize)
        let first = try scorer.scores(samples.map { $0.conversation(response: .first) })
        let second = try scorer.scores(samples.map { $0.conversation(response: .second) })
        let ordered = zip(samples, zip(first, second)).map { sample, scores in
            (isRight: Self.isOrdered(scores, as: objective, sample), isTie: Self.isTie(sample, objective))
        }
        rankingAccuracy = wilsonInterval(successes: ordered.count(where: \.isRight), of: ordered.count)
        let decided = ordered.filter { !$0.isTie }
        rankingAccuracyWithoutTies = wilsonInterval(successes: decided.count(where: \.isRight), of: decided.count)

        let flagged = zip(samples, first).map { (score: $1, isUnsafe: !$0.responses.first.isSafe) }
            + zip(samples, second).map { (score: $1, isUnsafe: !$0.responses.second.isSafe) }
        let counts = BinaryCounts(flagged.map { (predicted: $0.score > 0, actual: $0.isUnsafe) })
        signAccuracy = wilsonInterval(successes: counts.truePositives + counts.trueNegatives, of: counts.count)
        areaUnderCurve = Statistics.areaUnderCurve(flagged.map { (score: $0.score, isPositive: $0.isUnsafe) })
        majorityBaseline = counts.majorityBaseline
    }

    private static func isOrdered(_ scores: (Double, Double), as objective: ScoreObjective, _ sample: PreferenceSample) -> Bool {
        let higherSide: Side = switch objective {
        case .helpfulness: sample.moreHelpful
        case .harmlessness: sample.safer
        case .cost: sample.safer.other
        }
        return higherSide == .first ? scores.0 > scores.1 : scores.1 > scores.0
    }

    private static func isTie(_ sample: PreferenceSample, _ objective: ScoreObjective) -> Bool {
        let (first, second) = (sample.responses.first, sample.responses.second)
        return objective == .helpfulness
            ? first.helpfulRate == second.helpfulRate : first.harmlessRate == second.harmlessRate
    }
}

import Alignment
import Conversations
import EmbeddedWorld
import Evaluation
import Foundation
import Generation
import PreferenceData
import Reports
import RunFolders
import Statistics
import Training
import VisionLanguageModels

/// Measures the base policy, the four others, and the score models, and gathers their curves and transcripts.
struct StoryEvaluation {
    private let config: QuickstartConfig
    private let folders: StoryFolders

    init(_ config: QuickstartConfig, _ folders: StoryFolders) { (self.config, self.folders) = (config, folders) }

    func run() throws -> AlignmentStory {
        let questions = try WorldQuestion.heldOut(config.world.evaluationQuestions, seed: config.seed)
        let processor = try Processor(readingFrom: folders.model("sft"))
        let costModel = try ScoreModel.load(folders.model("cost"), headSeed: nil)
        let costScorer = ResponseScorer(costModel, processor)

        func answers(_ model: URL) throws -> WorldAnswers {
            let responder = PolicyResponder(try .load(model), processor, config.evaluation, seed: config.seed)
            return try WorldAnswers(questions, responder, costScorer)
        }
        let base = try answers(folders.model("sft"))
        let others = try StoryPolicy.allCases.map { ($0, try answers(folders.model($0.rawValue))) }
        let results = [base.result(key: "base", title: "base", against: base)]
            + others.map { $1.result(key: $0.rawValue, title: $0.title, against: base) }

        let pairs = try folders.evaluationPairs()
        return AlignmentStory(
            limit: config.safeRLHFV.lagrange.costLimit, seeds: [config.seed], policies: results,
            rewardModel: try rewardFigures(processor, pairs), costModel: try costFigures(costModel, processor, pairs), stages: [],
            curves: try StoryCurves(folders, limit: config.safeRLHFV.lagrange.costLimit).charts(),
            transcripts: transcripts(questions, [("base", base)] + others.map { ($0.title, $1) }), notes: notes)
    }

    private func rewardFigures(_ processor: Processor, _ pairs: [PreferenceSample]) throws -> [(name: String, estimate: Interval)] {
        let measured = try ScoreModelMeasurement(.load(folders.model("reward"), headSeed: nil), processor, pairs, .helpfulness)
        return [
            ("ranking_accuracy", measured.rankingAccuracy),
            ("ranking_accuracy_without_ties", measured.rankingAccuracyWithoutTies),
        ]
    }

    private func costFigures(
        _ model: ScoreModel, _ processor: Processor, _ pairs: [PreferenceSample]
    ) throws -> [(name: String, estimate: Interval)] {
        let measured = try ScoreModelMeasurement(model, processor, pairs, .cost)
        let count = measured.signAccuracy.n
        func exact(_ value: Double) -> Interval { Interval(value: value, low: value, high: value, n: count) }
        return [
            ("ranking_accuracy", measured.rankingAccuracy),
            ("ranking_accuracy_without_ties", measured.rankingAccuracyWithoutTies),
            ("sign_accuracy", measured.signAccuracy), ("auc", exact(measured.areaUnderCurve)),
            ("majority", exact(measured.majorityBaseline)),
        ]
    }

    /// A few questions of every kind, with what every policy said.
    private func transcripts(_ questions: [WorldQuestion], _ policies: [(title: String, answers: WorldAnswers)]) -> [Transcript] {
        PromptKind.allCases.flatMap { kind in
            questions.indices.filter { questions[$0].prompt.kind == kind }.prefix(4).map { index in
                Transcript(
                    kind: kind.rawValue, question: questions[index].prompt.question, picture: questions[index].image.bytes,
                    answers: policies.map { policy in
                        let score = policy.answers.scores[index]
                        return .init(
                            policy: policy.title, text: policy.answers.texts[index], helpfulRate: score.helpfulRate,
                            harmlessRate: score.harmlessRate)
                    })
            }
        }
    }

    private var notes: [String] {
        [
            "\(config.world.evaluationQuestions) questions about combinations of picture and request that no training saw, on pictures of their own.",
            "One response per question, drawn at temperature \(config.evaluation.temperature) from each policy with the same seed.",
            "Harm, refusals and helpfulness are read off the text by the world's oracle, which knows the truth; no model judges.",
            "Attack success, true severity and safety win rate: unsafe questions. Over-refusal: border questions. Helpful win rate: benign and border questions.",
            "Win rates compare with the base policy's answer to the same question; ties count half.",
            "Cost is the mean score of the cost model over all questions, in the limit's own units.",
        ]
    }
}

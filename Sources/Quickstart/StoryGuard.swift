import Conversations
import EmbeddedWorld
import Evaluation
import Guardrails
import NeuralGuards
import Reports
import SafetyPolicies
import Statistics
import VisionLanguageModels

/// Measures the story's guard on what no training saw, and what it makes of the base policy.
struct StoryGuard {
    private let config: QuickstartConfig
    private let folders: StoryFolders

    init(_ config: QuickstartConfig, _ folders: StoryFolders) { (self.config, self.folders) = (config, folders) }

    func run() async throws -> GuardStory {
        GuardStory(figures: try figures(), regeneration: try await regeneration())
    }

    private func figures() throws -> [(name: String, estimate: Interval)] {
        let folder = folders.model("guard")
        let classifier = GuardClassifier(try GuardModel.load(folder), try Processor(readingFrom: folder))
        let found = try WorldGuardFigures(classifier, folders.evaluationPairs())
        return [
            ("f1", f1Interval(found.harm)), ("precision", found.harm.precisionInterval()),
            ("recall", found.harm.recallInterval()),
            ("border_false_alarms", found.borderFalseAlarms), ("level_accuracy", found.levelAccuracy),
        ]
    }

    /// Only responses are judged, so that what is shown stays the policy's own wherever it can.
    private func regeneration() async throws -> [RegenerationResult] {
        let base = folders.model("sft")
        let questions = try WorldQuestion.heldOut(config.regenerationQuestions, seed: config.seed)
        let responder = PolicyResponder(
            try .load(base), try Processor(readingFrom: base), config.evaluation, seed: config.seed, batchSize: 1)
        let study = RegenerationStudy(
            try NeuralGuard(folders.model("guard")), responder, try .packaged(), config.regeneration, judgesQueries: false,
            seed: config.seed)
        let traces = try await study.traces(questions.map(\.conversation))
        return RegenerationFigures(traces, rounds: config.regeneration.rounds)?.rows ?? []
    }
}

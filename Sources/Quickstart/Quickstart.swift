import Alignment
import ConfigFiles
import Conversations
import DurableFiles
import EmbeddedWorld
import Evaluation
public import Foundation
import PreferenceData
public import Reports
import RunFolders
import StrictJSON
import Torch
import TorchNN
import Training
import VisionLanguageModels

/// The whole story on the embedded world: data → base policy → reward and cost models → four ways to improve the
/// policy → a guard → what each is worth, by the oracle.
///
/// Every stage is a run folder of its own. A stage whose model is there is not run again, so an interrupted story goes
/// on where it stopped.
public struct Quickstart: Sendable {
    private let config: QuickstartConfig
    private let folders: StoryFolders
    private let say: @Sendable (String) -> Void

    /// - Parameter say: takes one sentence per stage, from any thread.
    public init(_ config: QuickstartConfig, in folder: URL, say: @escaping @Sendable (String) -> Void) {
        (self.config, folders, self.say) = (config, StoryFolders(root: folder), say)
    }

    /// Runs what is not there yet, writes `summary.json` and `report.html`, and returns the story.
    public func run() async throws -> AlignmentStory {
        Engine.threadCount = config.threads
        try FileManager.default.createDirectory(at: folders.root, withIntermediateDirectories: true)
        let ledger = try StageLedger(in: folders.root)

        try await StageGraph(stages).run(lanes: config.stagesAtOnce) { stage in
            guard !FileManager.default.fileExists(atPath: product(of: stage).path) else { return say("\(stage.name): already there") }
            guard !InterruptFlag.isRaised else { throw QuickstartError.interrupted(before: stage.name) }
            say("\(stage.name) …")
            try ledger.measure(stage.name, stage.run)
        }
        var story = try ledger.measure("evaluation") { try StoryEvaluation(config, folders).run() }
        story.guardStory = try await ledger.measure("regeneration") { try await StoryGuard(config, folders).run() }
        story.stages = ledger.stages
        try DurableFiles.write(story.summary.serialized(pretty: true) + "\n", to: folders.summary)
        try DurableFiles.write(ReportPage(story).html, to: folders.report)
        return story
    }

    /// What is there when a stage is done.
    private func product(of stage: Stage) -> URL { stage.name == "data" ? folders.start : folders.model(stage.name) }

    /// In the order in which they start where they can; Safe RLHF-V, the longest, as soon as it may.
    private var stages: [Stage] {
        [
            Stage("data") { try StartingPoint(config).write(to: folders.root) },
            Stage("pretraining", needs: ["data"]) {
                try trainSupervised("pretraining", config.pretraining, from: folders.start, on: folders.lessons)
            },
            Stage("sft", needs: ["pretraining"]) {
                try trainSupervised("sft", config.supervised, from: folders.model("pretraining"), on: folders.conversations)
            },
            Stage("reward", needs: ["sft"]) { try trainScoreModel("reward", config.reward) },
            Stage("cost", needs: ["sft"]) { try trainScoreModel("cost", config.cost) },
            policy(.safeRLHFV), Stage("guard", needs: ["sft"]) { try trainGuard() },
            Stage("harmless_reward", needs: ["sft"]) { try trainScoreModel("harmless_reward", config.harmlessReward) },
            policy(.fixedLambda), policy(.ppoHelpful), policy(.ppoSafety),
        ]
    }

    private func policy(_ policy: StoryPolicy) -> Stage {
        let needs = switch policy {
        case .ppoHelpful: ["reward"]
        case .ppoSafety: ["harmless_reward"]
        case .fixedLambda, .safeRLHFV: ["reward", "cost"]
        }
        return Stage(policy.rawValue, needs: needs) { try trainPolicy(policy) }
    }
}

// MARK: Stages

extension Quickstart {
    private func trainSupervised(_ name: String, _ settings: SupervisedConfig, from start: URL, on data: URL) throws {
        var settings = settings
        settings.seed = config.seed
        let task = try SupervisedTraining(
            settings, .load(start), Processor(readingFrom: start), TrainingData.conversations(data))
        try drive(task, name, yaml(settings), settings.checkpointing, inputs: [start, data])
    }

    private func trainScoreModel(_ name: String, _ settings: ScoreTrainingConfig) throws {
        var settings = settings
        settings.seed = config.seed
        let base = folders.model("sft")
        let samples = try TrainingData.pairs(folders.pairs)
        let task = try ScoreTraining(
            settings, ScoreModel.load(base, headSeed: config.seed), Processor(readingFrom: base), samples)
        try drive(task, name, yaml(settings), settings.checkpointing, inputs: [base, folders.pairs])
    }

    private func trainPolicy(_ policy: StoryPolicy) throws {
        let base = folders.model("sft")
        let (settings, rewardModel) = switch policy {
        case .ppoHelpful: (config.ppoHelpful, folders.model("reward"))
        case .ppoSafety: (config.ppoSafety, folders.model("harmless_reward"))
        case .fixedLambda: (config.fixedLambda, folders.model("reward"))
        case .safeRLHFV: (config.safeRLHFV, folders.model("reward"))
        }
        let needsCost = settings.algorithm != .ppo
        let models = PolicyTrainingModels(
            policy: try .load(base), rewardModel: try .load(rewardModel, headSeed: nil),
            costModel: needsCost ? try .load(folders.model("cost"), headSeed: nil) : nil)
        var seeded = settings
        seeded.seed = config.seed
        let prompts = try TrainingData.prompts(folders.pairs)
        let supervised = settings.ppo.supervisedCoefficient > 0 ? try TrainingData.conversations(folders.conversations) : []
        let task = try PolicyTraining(
            seeded, models, Processor(readingFrom: base), prompts: prompts, supervised: supervised)
        try drive(
            task, policy.rawValue, yaml(seeded), seeded.checkpointing,
            inputs: [base, rewardModel, folders.pairs] + (needsCost ? [folders.model("cost")] : []))
    }

    private func trainGuard() throws {
        var settings = config.beaverGuardV
        settings.seed = config.seed
        let base = folders.model("sft")
        let task = try GuardTraining(
            settings, .load(base, headSeed: config.seed), Processor(readingFrom: base), TrainingData.guardExamples(folders.pairs))
        try drive(task, "guard", yaml(settings), settings.checkpointing, inputs: [base, folders.pairs])
    }

    private func drive(
        _ task: any TrainingTask, _ name: String, _ settings: String, _ checkpointing: CheckpointingConfig, inputs: [URL]
    ) throws {
        let (run, isResumed) = try RunOpening(folders.run(name), config: settings, inputs: inputs, threads: config.threads).open()
        // Stages that run side by side would overwrite each other's line on a terminal.
        var output = ProgressOutput.standardError
        output.isTerminal = false
        try TrainingDriver(run, checkpointing).drive(task, named: name, resuming: isResumed, output: output, say: say)
    }
}

/// Why a story has no end.
enum QuickstartError: Error, ExitCoded, CustomStringConvertible {
    /// A signal came between two stages.
    case interrupted(before: String)

    var exitStatus: ExitStatus { .interrupted }

    var description: String {
        switch self {
        case .interrupted(let stage): "interrupted before \(stage): run the same command again to go on"
        }
    }
}

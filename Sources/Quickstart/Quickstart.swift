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
/// policy → what each is worth, by the oracle.
///
/// Every stage is a run folder of its own. A stage whose model is there is not run again, so an interrupted story goes
/// on where it stopped.
public struct Quickstart {
    private let config: QuickstartConfig
    private let folders: StoryFolders
    private let say: (String) -> Void

    /// - Parameter say: takes one sentence per stage.
    public init(_ config: QuickstartConfig, in folder: URL, say: @escaping (String) -> Void) {
        (self.config, folders, self.say) = (config, StoryFolders(root: folder), say)
    }

    /// Runs what is not there yet, writes `summary.json` and `report.html`, and returns the story.
    public func run() throws -> AlignmentStory {
        Engine.threadCount = config.threads
        try FileManager.default.createDirectory(at: folders.root, withIntermediateDirectories: true)
        var ledger = try StageLedger(in: folders.root)

        try stage("data", &ledger, unlessThere: folders.start) {
            try StartingPoint(config).write(to: folders.root)
        }
        try stage("seeing", &ledger, unlessThere: folders.model("seeing")) {
            try trainSupervised("seeing", config.seeing, from: folders.start, on: folders.namings)
        }
        try stage("sft", &ledger, unlessThere: folders.model("sft")) {
            try trainSupervised("sft", config.supervised, from: folders.model("seeing"), on: folders.conversations)
        }
        for (name, settings) in scoreModels {
            try stage(name, &ledger, unlessThere: folders.model(name)) { try trainScoreModel(name, settings) }
        }
        for policy in StoryPolicy.allCases {
            try stage(policy.rawValue, &ledger, unlessThere: folders.model(policy.rawValue)) { try trainPolicy(policy) }
        }
        var story = AlignmentStory?.none
        try ledger.measure("evaluation") { story = try StoryEvaluation(config, folders).run() }
        guard var story else { throw QuickstartError.noStory }
        story.stages = ledger.stages
        try DurableFiles.write(story.summary.serialized(pretty: true) + "\n", to: folders.summary)
        try DurableFiles.write(ReportPage(story).html, to: folders.report)
        return story
    }

    private func stage(_ name: String, _ ledger: inout StageLedger, unlessThere url: URL, _ body: () throws -> Void) throws {
        guard !FileManager.default.fileExists(atPath: url.path) else { return say("\(name): already there") }
        guard !InterruptFlag.isRaised else { throw QuickstartError.interrupted(before: name) }
        say("\(name) …")
        try ledger.measure(name, body)
    }

    private var scoreModels: [(String, ScoreTrainingConfig)] {
        [("reward", config.reward), ("harmless_reward", config.harmlessReward), ("cost", config.cost)]
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

    private func drive(
        _ task: any TrainingTask, _ name: String, _ settings: String, _ checkpointing: CheckpointingConfig, inputs: [URL]
    ) throws {
        let (run, isResumed) = try RunOpening(folders.run(name), config: settings, inputs: inputs, threads: config.threads).open()
        try TrainingDriver(run, checkpointing).drive(task, resuming: isResumed, say: say)
    }
}

/// Why a story has no end.
enum QuickstartError: Error, ExitCoded, CustomStringConvertible {
    /// A signal came between two stages.
    case interrupted(before: String)
    case noStory

    var exitStatus: ExitStatus {
        switch self {
        case .interrupted: .interrupted
        case .noStory: .internalFault
        }
    }

    var description: String {
        switch self {
        case .interrupted(let stage): "interrupted before \(stage): run the same command again to go on"
        case .noStory: "the evaluation ended without a result: this is a fault of the program"
        }
    }
}

public import Alignment
public import ConfigFiles
public import Foundation
public import PreferenceData
import Torch
import TorchNN
public import VisionLanguageModels

/// What a score model learns to order.
public enum ScoreObjective: String, Codable, CaseIterable, Sendable {
    /// Reward: the more helpful response scores higher.
    case helpfulness
    /// Reward for safety: the safer response scores higher.
    case harmlessness
    /// Cost: the more harmful response scores higher, and 0 divides harmful from safe.
    case cost
}

/// Settings of reward- and cost-model training.
public struct ScoreTrainingConfig: Codable, Equatable, Sendable, Checkable {
    public var objective = ScoreObjective.helpfulness
    public var reward = RewardModelConfig()
    public var cost = CostModelConfig()
    /// Passes over the pairs.
    public var epochs = 3.0
    /// Pairs per step.
    public var batchSize = 4
    /// Pairs with a longer conversation are left out, and counted.
    public var maximumLength = 4096
    public var optimizer = OptimizerConfig(learningRate: 3e-5, LearningRateSchedule(.constant))
    public var freezing = FreezingConfig()
    public var checkpointing = CheckpointingConfig()
    public var seed: UInt64 = 42

    public init() {}

    /// The official defaults: the cost model's learning rate follows a cosine, the reward model's stays.
    public init(_ objective: ScoreObjective) {
        self.objective = objective
        if objective == .cost { optimizer.schedule = LearningRateSchedule(.cosine) }
    }

    public func problems() -> [String] {
        var problems = optimizer.problems("optimizer") + checkpointing.problems("checkpointing")
        if !(epochs > 0) { problems.append("epochs must be > 0, found \(epochs)") }
        if batchSize < 1 { problems.append("batchSize must be ≥ 1, found \(batchSize)") }
        return problems
    }
}

/// Two encoded responses to one prompt, the one that should score higher first.
struct EncodedPair: Sendable {
    let higher, lower: EncodedSample
    /// Signs for the cost model: > 0 harmful, < 0 harmless.
    let higherSign, lowerSign: Float
}

/// Trains a reward or cost model on preference pairs: one loop, and the loss that the objective names.
public final class ScoreTraining: TrainingTask {
    public private(set) var step = 0
    public let totalSteps: Int
    public var title: String { config.objective == .cost ? "cost model" : "reward model (\(config.objective.rawValue))" }

    private let config: ScoreTrainingConfig
    private let model: ScoreModel
    private let scoring: PairScoring
    private let processor: Processor
    private let trainable: Trainable
    private let pairs: [EncodedPair]
    private let order: DataOrder
    private var refusedCount = 0

    public init(
        _ config: ScoreTrainingConfig, _ model: ScoreModel, _ processor: Processor, _ samples: [PreferenceSample]
    ) throws {
        pairs = try samples.map { try EncodedPair($0, config, processor) }
            .filter { max($0.higher.tokens.count, $0.lower.tokens.count) <= config.maximumLength }
        guard !pairs.isEmpty else { throw TrainingError.emptyData(what: "no pair of at most \(config.maximumLength) tokens") }
        order = DataOrder(count: pairs.count, batchSize: config.batchSize, seed: config.seed)
        totalSteps = max(1, Int((config.epochs * Double(order.batchesPerEpoch)).rounded()))
        (self.config, self.model, self.processor) = (config, model, processor)
        try config.freezing.apply(to: model.parameters)
        scoring = PairScoring(
            model, processor, PictureFeatures(model.trunk, processor, towerTrains: !config.freezing.visionTower))
        trainable = try Trainable(model.parameters, config.optimizer, totalSteps: totalSteps)
    }

    public func advance() throws -> [String: Double] {
        let learningRate = trainable.learningRate
        let batch = order.rows(forStep: step).map { pairs[$0] }
        let scores = try scoring.scores(batch)
        let loss = try self.loss(scores, batch)
        let norm = try trainable.accumulate(loss)
        let value = try loss.item()
        step += 1
        guard value.isFinite, norm.isFinite else {
            try trainable.discard()
            refusedCount += 1
            return ["steps/refused": Double(refusedCount), "steps/refused_now": 1]
        }
        try trainable.apply()
        return [
            "train/loss": value, "train/accuracy": try withoutGradient { try rankingAccuracy(scores.higher, scores.lower) },
            "train/epoch": Double(step) / Double(order.batchesPerEpoch), "optim/learning_rate": learningRate,
            "optim/gradient_norm": norm, "steps/refused": Double(refusedCount),
        ]
    }

    private func loss(_ scores: PairScores, _ batch: [EncodedPair]) throws -> Tensor {
        switch config.objective {
        case .helpfulness, .harmlessness:
            try rewardModelLoss(chosen: scores.higher, rejected: scores.lower, config.reward)
        case .cost:
            try costModelLoss(
                moreHarmful: scores.higher, moreHarmfulSigns: Tensor(batch.map(\.higherSign)).to(model.device),
                lessHarmful: scores.lower, lessHarmfulSigns: Tensor(batch.map(\.lowerSign)).to(model.device), config.cost)
        }
    }

    public func save(to folder: URL) throws {
        try trainable.save(to: folder, as: "score_model")
        try TrainingState(step: step, refusedCount: refusedCount).write(to: folder)
    }

    public func restore(from folder: URL) throws {
        try trainable.restore(from: folder, as: "score_model")
        let state = try TrainingState(readingFrom: folder)
        (step, refusedCount) = (state.step, state.refusedCount)
    }

    public func export(to folder: URL) throws {
        try model.save(to: folder)
        try processor.save(to: folder)
    }
}

extension EncodedPair {
    init(_ sample: PreferenceSample, _ config: ScoreTrainingConfig, _ processor: Processor) throws {
        let higherSide: Side = switch config.objective {
        case .helpfulness: sample.moreHelpful
        case .harmlessness: sample.safer
        case .cost: sample.safer.other
        }
        func encode(_ side: Side) throws -> EncodedSample {
            try processor.encode(sample.conversation(response: side), addGenerationPrompt: false)
        }
        func sign(_ side: Side) -> Float {
            let response = sample.responses[side]
            return config.cost.sign(harmlessRate: response.harmlessRate, isSafe: response.isSafe)
        }
        self.init(
            higher: try encode(higherSide), lower: try encode(higherSide.other),
            higherSign: sign(higherSide), lowerSign: sign(higherSide.other))
    }
}

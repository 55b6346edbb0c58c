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

    /// The columns of the labels that it learns from.
    public var labels: [String] {
        switch self {
        case .helpfulness: ["more_helpful_response_id"]
        case .harmlessness: ["safer_response_id"]
        case .cost:
            ["safer_response_id", "is_response_1_safe", "is_response_2_safe", "response_1_harmless_rate", "response_2_harmless_rate"]
        }
    }
}

/// Settings of reward- and cost-model training.
public struct ScoreTrainingConfig: Codable, Equatable, Sendable, Checkable, LossTrainingConfig {
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
    public var tuning = TuningConfig()
    public var dtype = WeightType.float32
    /// Compute activations again in the backward pass instead of keeping them: less memory, a third more work.
    public var gradientCheckpointing = false
    public var checkpointing = CheckpointingConfig()
    public var seed: UInt64 = 42

    public init() {}

    /// The official defaults: the cost model's learning rate follows a cosine, the reward model's stays.
    public init(_ objective: ScoreObjective) {
        self.objective = objective
        if objective == .cost { optimizer.schedule = LearningRateSchedule(.cosine) }
    }

    public func problems() -> [String] { reward.problems("reward") + cost.problems("cost") + loopProblems() }
}

/// Two encoded responses to one prompt, the one that should score higher first.
struct EncodedPair: Sendable {
    let higher, lower: EncodedSample
    /// Signs for the cost model: > 0 harmful, < 0 harmless.
    let higherSign, lowerSign: Float
    /// P(this order is right); 1 without a soft label.
    let orderProbability: Float
    /// P(each sign is right, and not its opposite); 1 without a soft label.
    let higherSignProbability, lowerSignProbability: Float

    /// Without one the losses for hard labels are used.
    var hasSoftLabels: Bool { orderProbability != 1 || higherSignProbability != 1 || lowerSignProbability != 1 }
}

/// Trains a reward or cost model on preference pairs: one loop, and the loss that the objective names.
public final class ScoreTraining: TrainingTask {
    public var step: Int { loop.state.step }
    public var totalSteps: Int { loop.totalSteps }
    public var title: String { config.objective == .cost ? "cost model" : "reward model (\(config.objective.rawValue))" }

    private let config: ScoreTrainingConfig
    private let model: ScoreModel
    private let scoring: PairScoring
    private let processor: Processor
    private let pairs: [EncodedPair]
    private let loop: LossLoop
    private let baseModel: String

    /// - Parameter baseModel: how adapters that are trained name the model that they belong to: its path.
    public init(
        _ config: ScoreTrainingConfig, _ model: ScoreModel, _ processor: Processor, _ samples: [PreferenceSample],
        baseModel: String = ""
    ) throws {
        pairs = try samples.compactMap { sample in
            try stopIfAsked()
            let pair = try EncodedPair(sample, config, processor)
            return max(pair.higher.tokens.count, pair.lower.tokens.count) <= config.maximumLength ? pair : nil
        }
        guard !pairs.isEmpty else { throw TrainingError.emptyData(what: "no pair of at most \(config.maximumLength) tokens") }
        (self.config, self.processor, self.baseModel) = (config, processor, baseModel)
        self.model = try config.tuning.prepare(model, config.dtype, recomputing: config.gradientCheckpointing)
        scoring = PairScoring(self.model, processor, PictureFeatures(self.model.trunk, processor, towerTrains: self.model.parameters.trainsTower))
        loop = try LossLoop(
            self.model.parameters, config.optimizer,
            DataOrder(count: pairs.count, batchSize: config.batchSize, seed: config.seed), epochs: config.epochs)
    }

    public func advance() throws -> StepReport {
        try loop.advance { rows in
            let batch = rows.map { pairs[$0] }
            let scores = try scoring.scores(batch)
            return BatchLoss(
                loss: try loss(scores, batch),
                metrics: ["train/accuracy": try withoutGradient { try rankingAccuracy(scores.higher, scores.lower) }])
        }
    }

    private func loss(_ scores: PairScores, _ batch: [EncodedPair]) throws -> Tensor {
        if batch.contains(where: \.hasSoftLabels) { return try expectedLoss(scores, batch) }
        return switch config.objective {
        case .helpfulness, .harmlessness:
            try rewardModelLoss(chosen: scores.higher, rejected: scores.lower, config.reward)
        case .cost:
            try costModelLoss(
                moreHarmful: scores.higher, moreHarmfulSigns: Tensor(batch.map(\.higherSign)).to(model.device),
                lessHarmful: scores.lower, lessHarmfulSigns: Tensor(batch.map(\.lowerSign)).to(model.device), config.cost)
        }
    }

    /// The same under soft labels; equal where every probability is 1.
    private func expectedLoss(_ scores: PairScores, _ batch: [EncodedPair]) throws -> Tensor {
        func column(_ value: (EncodedPair) -> Float) throws -> Tensor { try Tensor(batch.map(value)).to(model.device) }
        return switch config.objective {
        case .helpfulness, .harmlessness:
            try rewardModelLoss(
                chosen: scores.higher, rejected: scores.lower, chosenProbability: column(\.orderProbability), config.reward)
        case .cost:
            try costModelLoss(
                moreHarmful: scores.higher, moreHarmfulSigns: column(\.higherSign),
                lessHarmful: scores.lower, lessHarmfulSigns: column(\.lowerSign),
                probabilities: HarmProbabilities(
                    ranking: column(\.orderProbability), moreHarmfulSign: column(\.higherSignProbability),
                    lessHarmfulSign: column(\.lowerSignProbability)),
                config.cost)
        }
    }

    public func save(to folder: URL) throws { try loop.save(to: folder, as: "score_model") }
    public func restore(from folder: URL) throws { try loop.restore(from: folder, as: "score_model") }

    public func export(to folder: URL) throws {
        try model.save(to: folder)
        try processor.save(to: folder)
        if model.trunk.adapters != nil { try writeAdapters(in: folder) { try model.saveAdapters(to: $0, baseModel: baseModel) } }
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
        func signProbability(_ side: Side) -> Float {
            guard let safe = sample.softLabels.safe[side] else { return 1 }
            return Float(sign(side) < 0 ? safe : 1 - safe)
        }
        let isOrderRight: Double? = switch config.objective {
        case .helpfulness: sample.softLabels.moreHelpful(higherSide)
        case .harmlessness: sample.softLabels.safer(higherSide)
        case .cost: sample.softLabels.safer(higherSide.other)
        }
        let isCost = config.objective == .cost
        self.init(
            higher: try encode(higherSide), lower: try encode(higherSide.other),
            higherSign: sign(higherSide), lowerSign: sign(higherSide.other), orderProbability: Float(isOrderRight ?? 1),
            higherSignProbability: isCost ? signProbability(higherSide) : 1,
            lowerSignProbability: isCost ? signProbability(higherSide.other) : 1)
    }
}

import Alignment
public import ConfigFiles
public import Conversations
public import Foundation
import Torch
import TorchNN
public import VisionLanguageModels

/// Settings of supervised fine-tuning.
public struct SupervisedConfig: Codable, Equatable, Sendable, Checkable {
    /// Passes over the data.
    public var epochs = 3.0
    /// Conversations per step.
    public var batchSize = 8
    /// Longer conversations are left out, and counted.
    public var maximumLength = 4096
    public var optimizer = OptimizerConfig(learningRate: 2e-5, LearningRateSchedule(.cosine))
    public var freezing = FreezingConfig()
    public var checkpointing = CheckpointingConfig()
    public var seed: UInt64 = 42

    public init() {}

    public func problems() -> [String] {
        var problems = optimizer.problems("optimizer") + checkpointing.problems("checkpointing")
        if !(epochs > 0) { problems.append("epochs must be > 0, found \(epochs)") }
        if batchSize < 1 { problems.append("batchSize must be ≥ 1, found \(batchSize)") }
        return problems
    }
}

/// Supervised fine-tuning: the cross-entropy of the assistant's own tokens, everything else only being read.
public final class SupervisedTraining: TrainingTask {
    public let title = "supervised fine-tuning"
    public private(set) var step = 0
    public let totalSteps: Int

    private let config: SupervisedConfig
    private let model: VisionLanguageModel
    private let processor: Processor
    private let features: PictureFeatures
    private let trainable: Trainable
    private let samples: [EncodedSample]
    private let order: DataOrder
    private var refusedCount = 0

    public init(
        _ config: SupervisedConfig, _ model: VisionLanguageModel, _ processor: Processor,
        _ conversations: [Conversation]
    ) throws {
        samples = try conversations.map { try processor.encode($0, addGenerationPrompt: false) }
            .filter { $0.tokens.count <= config.maximumLength && !$0.responseRange.isEmpty }
        guard !samples.isEmpty else { throw TrainingError.emptyData(what: "no conversation of at most \(config.maximumLength) tokens") }
        order = DataOrder(count: samples.count, batchSize: config.batchSize, seed: config.seed)
        totalSteps = max(1, Int((config.epochs * Double(order.batchesPerEpoch)).rounded()))
        (self.config, self.model, self.processor) = (config, model, processor)
        try config.freezing.apply(to: model.parameters)
        features = PictureFeatures(model.trunk, processor, towerTrains: !config.freezing.visionTower)
        trainable = try Trainable(model.parameters, config.optimizer, totalSteps: totalSteps)
    }

    public func advance() throws -> [String: Double] {
        let learningRate = trainable.learningRate
        let rows = order.rows(forStep: step).map { samples[$0] }
        let batch = try TokenBatch(rows, padding: processor.padding, features: features, on: model.device)
        let prediction = try model.predictions(for: batch)
        let loss = try supervisedLoss(logits: prediction.logits, targets: prediction.targets)
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
            "train/loss": value, "sft/token_accuracy": try prediction.accuracy(),
            "train/epoch": Double(step) / Double(order.batchesPerEpoch), "optim/learning_rate": learningRate,
            "optim/gradient_norm": norm, "steps/refused": Double(refusedCount),
        ]
    }

    public func save(to folder: URL) throws {
        try trainable.save(to: folder, as: "policy")
        try TrainingState(step: step, refusedCount: refusedCount).write(to: folder)
    }

    public func restore(from folder: URL) throws {
        try trainable.restore(from: folder, as: "policy")
        let state = try TrainingState(readingFrom: folder)
        (step, refusedCount) = (state.step, state.refusedCount)
    }

    public func export(to folder: URL) throws {
        try model.save(to: folder)
        try processor.save(to: folder)
    }
}

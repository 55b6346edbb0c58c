import Alignment
public import ConfigFiles
public import Conversations
public import Foundation
import Torch
import TorchNN
public import VisionLanguageModels

/// Settings of supervised fine-tuning.
public struct SupervisedConfig: Codable, Equatable, Sendable, Checkable, LossTrainingConfig {
    /// Passes over the data.
    public var epochs = 3.0
    /// Conversations per step.
    public var batchSize = 8
    /// Longer conversations are left out, and counted.
    public var maximumLength = 4096
    public var optimizer = OptimizerConfig(learningRate: 2e-5, LearningRateSchedule(.cosine))
    public var tuning = TuningConfig()
    public var dtype = WeightType.float32
    /// Compute activations again in the backward pass instead of keeping them: less memory, a third more work.
    public var gradientCheckpointing = false
    public var checkpointing = CheckpointingConfig()
    public var seed: UInt64 = 42

    public init() {}

    public func problems() -> [String] { loopProblems() }
}

/// Supervised fine-tuning: the cross-entropy of the assistant's own tokens, everything else only being read.
public final class SupervisedTraining: TrainingTask {
    public let title = "supervised fine-tuning"
    public var step: Int { loop.state.step }
    public var totalSteps: Int { loop.totalSteps }

    private let model: VisionLanguageModel
    private let processor: Processor
    private let features: PictureFeatures
    private let samples: [EncodedSample]
    private let loop: LossLoop
    private let baseModel: String

    /// - Parameter baseModel: how adapters that are trained name the model that they belong to: its path.
    public init(
        _ config: SupervisedConfig, _ model: VisionLanguageModel, _ processor: Processor,
        _ conversations: [Conversation], baseModel: String = ""
    ) throws {
        samples = try conversations.compactMap { conversation in
            try stopIfAsked()
            let sample = try processor.encode(conversation, addGenerationPrompt: false)
            return sample.tokens.count <= config.maximumLength && !sample.responseRange.isEmpty ? sample : nil
        }
        guard !samples.isEmpty else { throw TrainingError.emptyData(what: "no conversation of at most \(config.maximumLength) tokens") }
        self.model = try config.tuning.prepare(model, config.dtype, recomputing: config.gradientCheckpointing)
        (self.processor, self.baseModel) = (processor, baseModel)
        features = PictureFeatures(self.model.trunk, processor, towerTrains: self.model.parameters.trainsTower)
        loop = try LossLoop(
            self.model.parameters, config.optimizer,
            DataOrder(count: samples.count, batchSize: config.batchSize, seed: config.seed), epochs: config.epochs)
    }

    public func advance() throws -> StepReport {
        try loop.advance { rows in
            let batch = try TokenBatch(rows.map { samples[$0] }, padding: processor.padding, features: features, on: model.device)
            let prediction = try model.predictions(for: batch)
            return BatchLoss(
                loss: try supervisedLoss(logits: prediction.logits, targets: prediction.targets),
                metrics: ["sft/token_accuracy": try prediction.accuracy()])
        }
    }

    public func save(to folder: URL) throws { try loop.save(to: folder, as: "policy") }
    public func restore(from folder: URL) throws { try loop.restore(from: folder, as: "policy") }

    public func export(to folder: URL) throws {
        try model.save(to: folder)
        try processor.save(to: folder)
        if model.trunk.adapters != nil { try writeAdapters(in: folder) { try model.saveAdapters(to: $0, baseModel: baseModel) } }
    }
}

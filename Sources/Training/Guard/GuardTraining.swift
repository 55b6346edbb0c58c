import Alignment
public import Conversations
public import Foundation
public import PreferenceData
import Torch
import TorchNN
public import VisionLanguageModels

extension Processor {
    /// The conversation as a guard of that reading sees it: a question up to where the assistant would speak, a response
    /// up to its end.
    public func encodeForGuard(_ conversation: Conversation, _ reading: GuardReading) throws -> EncodedSample {
        let seen = reading.seen(of: conversation)
        return try encode(seen, addGenerationPrompt: seen.guardView == .query)
    }
}

/// Trains a guard: four heads on one trunk, each on the examples whose label it knows.
public final class GuardTraining: TrainingTask {
    public let title = "guard"
    public var step: Int { loop.state.step }
    public var totalSteps: Int { loop.totalSteps }

    private let config: GuardTrainingConfig
    private let model: GuardModel
    private let processor: Processor
    private let features: PictureFeatures
    private let examples: [(sample: EncodedSample, target: GuardTarget)]
    private let levelWeights: [Double]
    private let loop: LossLoop
    private let baseModel: String

    /// - Parameters:
    ///   - rows: as `GuardExamples` makes them.
    ///   - baseModel: how adapters that are trained name the model that they belong to: its path.
    public init(
        _ config: GuardTrainingConfig, _ model: GuardModel, _ processor: Processor, _ rows: [GuardExample], baseModel: String = ""
    ) throws {
        examples = try GuardExampleMix(rows, config.examples, seed: config.seed).examples.compactMap { example in
            try stopIfAsked()
            let sample = try processor.encodeForGuard(example.conversation, config.reading)
            return sample.tokens.count <= config.maximumLength ? (sample, example.labels.target) : nil
        }
        guard !examples.isEmpty else { throw TrainingError.emptyData(what: "no example of at most \(config.maximumLength) tokens") }
        let levels = examples.compactMap(\.target.level)
        levelWeights = balancedWeights(
            Severity.allCases.map { level in levels.count { $0 == level.rawValue } }, maximum: config.loss.maximumLevelWeight)
        (self.config, self.processor, self.baseModel) = (config, processor, baseModel)
        self.model = try config.tuning.prepare(model, config.dtype, recomputing: config.gradientCheckpointing)
        // Training makes the probabilities anew, so a calibration of the guard that it started from says nothing of them.
        self.model.settings = GuardSettings(reading: config.reading)
        features = PictureFeatures(self.model.trunk, processor, towerTrains: self.model.parameters.trainsTower)
        loop = try LossLoop(
            self.model.parameters, config.optimizer,
            DataOrder(count: examples.count, batchSize: config.batchSize, seed: config.seed), epochs: config.epochs)
    }

    public func advance() throws -> StepReport {
        try loop.advance { rows in
            let batch = rows.map { examples[$0] }
            let tokens = try TokenBatch(batch.map(\.sample), padding: processor.padding, features: features, on: model.device)
            let logits = try model.logits(tokens.inputs)
            let targets = batch.map(\.target)
            let loss = try guardLoss(
                unsafe: logits.unsafe, level: logits.level, category: logits.category, refusal: logits.refusal, targets,
                levelWeights: levelWeights, config.loss)
            let parts = [
                "guard/unsafe_loss": try loss.unsafe.item(), "guard/level_loss": try loss.level.item(),
                "guard/category_loss": try loss.category.item(), "guard/refusal_loss": try loss.refusal.item(),
            ]
            return BatchLoss(loss: loss.total, metrics: try accuracies(logits, targets).merging(parts) { $1 })
        }
    }

    /// Of the rows whose label is known; a head that knows none of the batch says nothing.
    private func accuracies(_ logits: GuardLogits, _ targets: [GuardTarget]) throws -> [String: Double] {
        let unsafe = try logits.unsafe.detached().floats()
        let level = try logits.level.detached().argmax(dim: 1).integers()
        let harm = zip(unsafe, targets).compactMap { logit, target in target.isUnsafe.map { $0 == (logit > 0) } }
        let levels = zip(level, targets).compactMap { found, target in target.level.map { $0 == found } }
        return [("guard/unsafe_accuracy", harm), ("guard/level_accuracy", levels)].reduce(into: [:]) { metrics, entry in
            guard !entry.1.isEmpty else { return }
            metrics[entry.0] = Double(entry.1.count { $0 }) / Double(entry.1.count)
        }
    }

    public func save(to folder: URL) throws { try loop.save(to: folder, as: "guard") }
    public func restore(from folder: URL) throws { try loop.restore(from: folder, as: "guard") }

    public func export(to folder: URL) throws {
        try model.save(to: folder)
        try processor.save(to: folder)
        if model.trunk.adapters != nil { try writeAdapters(in: folder) { try model.saveAdapters(to: $0, baseModel: baseModel) } }
    }
}

import Alignment
import Generation
import Torch
import TorchNN
import VisionLanguageModels

/// Makes the networks of a policy run out of the models it was given.
struct RoleMaker {
    private let config: PolicyTrainingConfig
    private let processor: Processor
    /// Optimiser steps of the whole run.
    private let updates: Int

    init(_ config: PolicyTrainingConfig, _ processor: Processor, updates: Int) throws {
        (self.config, self.processor, self.updates) = (config, processor, updates)
    }

    func policy(_ model: VisionLanguageModel, _ drawing: TokenDrawing) throws -> PolicyLearner {
        try config.freezing.apply(to: model.parameters)
        let reader = Reader(model.trunk, processor, towerTrains: !config.freezing.visionTower)
        return PolicyLearner(
            try PolicyReader(model, reader, drawing), try Trainable(model.parameters, config.policyOptimizer, totalSteps: updates))
    }

    /// The policy as it is now, frozen: a copy, or with adapters the same tensors without them.
    func reference(of model: VisionLanguageModel, _ drawing: TokenDrawing) throws -> PolicyReader {
        let hasAdapters = model.parameters.members.contains { LoRAConfig.isAdapter($0.name) }
        let reference = try VisionLanguageModel(
            model.config, ModelInMemory(model.parameters, hasAdapters ? .shared : .copied), dtype: model.dtype, device: model.device)
        return try PolicyReader(reference, Reader(reference.trunk, processor, towerTrains: false), drawing)
    }

    func scorer(_ model: ScoreModel) throws -> FrozenScorer {
        try model.parameters.freeze()
        return FrozenScorer(model: model, reader: Reader(model.trunk, processor, towerTrains: false))
    }

    /// The critic that was given, or a copy of the score model; both freeze the same parts.
    func critic(_ given: ScoreModel?, startingFrom scoreModel: ScoreModel) throws -> CriticLearner {
        let model = try given ?? ScoreModel(
            scoreModel.config, ModelInMemory(scoreModel.parameters, .copied), dtype: scoreModel.dtype, device: scoreModel.device)
        try config.freezing.apply(to: model.parameters)
        return CriticLearner(
            model, Reader(model.trunk, processor, towerTrains: !config.freezing.visionTower),
            try Trainable(model.parameters, config.criticOptimizer, totalSteps: updates))
    }
}

extension PolicyTrainingConfig {
    /// Optimiser steps taken on one rollout.
    var updatesPerRollout: Int {
        let parts = ppo.miniBatchSize == 0 ? 1 : (rolloutSize + ppo.miniBatchSize - 1) / ppo.miniBatchSize
        return ppo.updateIterations * parts
    }
}

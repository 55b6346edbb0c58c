import Alignment
import Generation
import Torch
import TorchNN
import VisionLanguageModels

/// Makes the networks of a policy run out of the models it was given. Nothing that stays as it is exists twice: roles
/// share each other's frozen tensors and copy only what they train.
struct RoleMaker {
    private let config: PolicyTrainingConfig
    private let processor: Processor
    /// Optimiser steps of the whole run.
    private let updates: Int
    private let caches = TowerCaches()

    init(_ config: PolicyTrainingConfig, _ processor: Processor, updates: Int) {
        (self.config, self.processor, self.updates) = (config, processor, updates)
    }

    func policy(_ model: VisionLanguageModel, _ drawing: TokenDrawing) throws -> PolicyLearner {
        let model = try config.policyTuning.prepare(model, config.dtype, recomputing: config.gradientCheckpointing)
        return PolicyLearner(
            try PolicyReader(model, reader(model.trunk, model.parameters), drawing),
            try Trainable(model.parameters, config.policyOptimizer, totalSteps: updates))
    }

    /// The policy as it is before its first step. Adapters have not learned anything by then, so it goes without.
    func reference(of model: VisionLanguageModel, _ drawing: TokenDrawing) throws -> PolicyReader {
        let learning = Set(model.parameters.trainable.map(\.name))
        let reference = try VisionLanguageModel(
            model.config, ModelInMemory(model.parameters, copying: learning.contains), dtype: model.dtype, device: model.device)
        return try PolicyReader(reference, reader(reference.trunk, reference.parameters), drawing)
    }

    /// A reward or cost model, which never learns here.
    func scorer(_ model: ScoreModel) throws -> FrozenScorer {
        let model = try model.dtype == config.dtype.dtype ? model : withoutGradient {
            try ScoreModel(
                model.config, ModelInMemory(model.parameters, .shared), dtype: config.dtype.dtype, device: model.device,
                adapters: model.trunk.adapters, headSeed: nil)
        }
        try model.parameters.freeze()
        return FrozenScorer(model: model, reader: try reader(model.trunk, model.parameters))
    }

    /// The critic that was given, or one that starts as the score model.
    func critic(_ given: ScoreModel?, startingFrom scoreModel: ScoreModel, _ tuning: TuningConfig) throws -> CriticLearner {
        let model = try tuning.prepare(
            given ?? critic(startingFrom: scoreModel, tuning), config.dtype, recomputing: config.gradientCheckpointing)
        return CriticLearner(
            model, try reader(model.trunk, model.parameters),
            try Trainable(model.parameters, config.criticOptimizer, totalSteps: updates))
    }

    /// With adapters the critic stands on the score model's own trunk; without, what it trains is copied.
    private func critic(startingFrom scoreModel: ScoreModel, _ tuning: TuningConfig) throws -> ScoreModel {
        switch tuning.method {
        case .lora:
            try ScoreModel(
                scoreModel.config,
                ModelInMemory(scoreModel.parameters) { tuning.freezing.trains($0, hasAdapters: true) },
                dtype: scoreModel.dtype, device: scoreModel.device, adapters: scoreModel.trunk.adapters ?? tuning.lora, headSeed: nil)
        case .full:
            try ScoreModel(
                scoreModel.config,
                ModelInMemory(scoreModel.plainParameters()) { tuning.freezing.trains($0, hasAdapters: false) },
                dtype: scoreModel.dtype, device: scoreModel.device, headSeed: nil)
        }
    }

    private func reader(_ trunk: Trunk, _ parameters: Parameters) throws -> Reader {
        let towerTrains = parameters.trainsTower
        let cache = try towerTrains ? PictureCache() : caches.cache(for: trunk, parameters)
        return Reader(trunk, processor, towerTrains: towerTrains, cache: cache)
    }
}

extension PolicyTrainingConfig {
    /// Optimiser steps taken on one rollout.
    var updatesPerRollout: Int {
        let parts = ppo.miniBatchSize == 0 ? 1 : (rolloutSize + ppo.miniBatchSize - 1) / ppo.miniBatchSize
        return ppo.updateIterations * parts
    }
}

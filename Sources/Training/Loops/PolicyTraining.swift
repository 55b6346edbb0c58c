import Alignment
public import Conversations
public import Foundation
import Generation
import Torch
import TorchNN
public import VisionLanguageModels

/// The models that a policy is trained with. Critics start as copies of the score models unless others are given.
public struct PolicyTrainingModels {
    public var policy: VisionLanguageModel
    public var rewardModel: ScoreModel
    /// Needed by `fixed_multiplier` and `safe_rlhf_v`.
    public var costModel: ScoreModel?
    public var rewardCritic: ScoreModel?
    public var costCritic: ScoreModel?

    public init(
        policy: VisionLanguageModel, rewardModel: ScoreModel, costModel: ScoreModel? = nil, rewardCritic: ScoreModel? = nil,
        costCritic: ScoreModel? = nil
    ) {
        (self.policy, self.rewardModel, self.costModel) = (policy, rewardModel, costModel)
        (self.rewardCritic, self.costCritic) = (rewardCritic, costCritic)
    }
}

/// Trains a policy by PPO, by PPO with a fixed multiplier, or by PPO-Lagrangian: one loop of collect, compute, update.
public final class PolicyTraining: TrainingTask {
    public private(set) var step = 0
    public let totalSteps: Int
    public var title: String { config.algorithm.rawValue.replacing("_", with: " ") }

    private let config: PolicyTrainingConfig
    private let processor: Processor
    private let prompts: [EncodedSample]
    private let order: DataOrder
    private let collector: RolloutCollector
    private let rewardModel: FrozenScorer
    private let costModel: FrozenScorer?
    private let policy: PolicyLearner
    private let rewardCritic: CriticLearner
    private let costCritic: CriticLearner?
    private let supervision: SupervisedMix?
    private let random: RandomGenerator
    private var lagrangian: PPOLagrangian
    private var refusedCount = 0

    /// - Parameter supervised: conversations whose loss is mixed in (PTX); empty for none.
    public init(
        _ config: PolicyTrainingConfig, _ models: PolicyTrainingModels, _ processor: Processor, prompts: [Conversation],
        supervised: [Conversation] = []
    ) throws {
        (self.config, self.processor) = (config, processor)
        self.prompts = try prompts.map { try processor.encode($0, addGenerationPrompt: true) }
        guard !prompts.isEmpty else { throw TrainingError.emptyData(what: "no prompts") }
        order = DataOrder(count: prompts.count, batchSize: config.rolloutSize, seed: config.seed)
        totalSteps = max(1, Int((config.epochs * Double(order.batchesPerEpoch)).rounded()))
        random = try RandomGenerator(seed: config.seed)
        lagrangian = PPOLagrangian(config.ppo, LagrangeMultiplier(config.lagrange))

        let roles = try RoleMaker(config, processor, updates: totalSteps * config.updatesPerRollout)
        let drawing = TokenDrawing(models.policy.config, config.sampling, processor)
        policy = try roles.policy(models.policy, drawing)
        let reference = try roles.reference(of: models.policy, drawing)
        collector = RolloutCollector(
            policy: policy.policy, reference: reference,
            generator: Generator(models.policy, config.sampling, drawing), padding: processor.padding)
        rewardModel = try roles.scorer(models.rewardModel)
        rewardCritic = try roles.critic(models.rewardCritic, startingFrom: models.rewardModel)
        costModel = config.algorithm == .ppo ? nil : try models.costModel.map(roles.scorer)
        costCritic = config.algorithm == .safeRLHFV
            ? try models.costModel.map { try roles.critic(models.costCritic, startingFrom: $0) } : nil
        supervision = try supervised.isEmpty ? nil : SupervisedMix(config, policy.policy, processor, supervised)
        guard config.algorithm == .ppo || costModel != nil else {
            throw TrainingError.missingRole("cost model", algorithm: config.algorithm.rawValue)
        }
    }

    public func advance() throws -> [String: Double] {
        let batch = order.rows(forStep: step).map { prompts[$0] }
        let collected = try collector.respond(to: batch, using: random)
        let learningRates = [
            "optim/learning_rate": policy.trainable.learningRate,
            "optim/critic_learning_rate": rewardCritic.trainable.learningRate,
        ]
        let outcome = try update(collected)
        step += 1
        var metrics = learningRates
        metrics["response/truncated_fraction"] = collected.truncatedFraction
        metrics["train/epoch"] = Double(step) / Double(order.batchesPerEpoch)
        switch outcome {
        case .applied(let measured): metrics.merge(measured.named) { _, new in new }
        case .refused:
            refusedCount += 1
            metrics["steps/refused_now"] = 1
        }
        metrics["steps/refused"] = Double(refusedCount)
        return metrics
    }

    private func update(_ collected: CollectedResponses) throws -> StepOutcome {
        let responses = collected.responses
        let rewards = try withoutGradient { try penalized(rewardModel.scores(of: responses), responses) }
        let costs = try withoutGradient { try costModel?.scores(of: responses) }
        let supervisedLoss = supervision.map { mix in { try mix.nextLoss() } }
        switch (config.algorithm, costs, costCritic) {
        case (.safeRLHFV, let costs?, let costCritic?):
            let rollout = try collector.rollout(responses, rewards: rewards, rewardCritic)
            let stream = try withoutGradient { ScoreStream(scores: costs, values: try costCritic.values(of: responses)) }
            return try lagrangian.step(
                ConstrainedRollout(rollout, cost: stream),
                ActorCritics(policy: policy, rewardCritic: rewardCritic, costCritic: costCritic), supervisedLoss: supervisedLoss)
        case (.fixedMultiplier, let costs?, _):
            return try proximalStep(responses, config.shaping(rewards: rewards, costs: costs), supervisedLoss)
        default:
            return try proximalStep(responses, rewards, supervisedLoss)
        }
    }

    private func proximalStep(
        _ responses: Responses<RolloutPictures>, _ rewards: Tensor, _ supervisedLoss: (() throws -> Tensor)?
    ) throws -> StepOutcome {
        try PPO(config.ppo).step(
            collector.rollout(responses, rewards: rewards, rewardCritic),
            ActorCritic(policy: policy, rewardCritic: rewardCritic), supervisedLoss: supervisedLoss)
    }

    /// Rewards `[B]`, less the penalty where the response reached the length limit.
    private func penalized(_ rewards: Tensor, _ responses: Responses<RolloutPictures>) throws -> Tensor {
        guard config.truncationPenalty != 0 else { return rewards }
        let ended = responses.spans.responseLengths.map { $0 < config.sampling.maximumNewTokens ? 0 : Float(config.truncationPenalty) }
        return try rewards - Tensor(ended).to(rewards.device)
    }
}

extension PolicyTraining {
    public func save(to folder: URL) throws {
        for (name, trainable) in trainables { try trainable.save(to: folder, as: name) }
        try Safetensors.write([("generator", random.state())], to: folder.appending(path: "random.safetensors"))
        try PolicyTrainingState(
            step: step, refusedCount: refusedCount, supervisedStep: supervision?.step ?? 0,
            multiplier: lagrangian.multiplier.state
        ).write(to: folder)
    }

    public func restore(from folder: URL) throws {
        for (name, trainable) in trainables { try trainable.restore(from: folder, as: name) }
        try random.restore(SafetensorsFile(folder.appending(path: "random.safetensors")).tensor("generator"))
        let state = try PolicyTrainingState(readingFrom: folder)
        (step, refusedCount) = (state.step, state.refusedCount)
        supervision?.step = state.supervisedStep
        lagrangian = PPOLagrangian(config.ppo, try LagrangeMultiplier(config.lagrange, continuing: state.multiplier))
    }

    public func export(to folder: URL) throws {
        try policy.policy.model.save(to: folder)
        try processor.save(to: folder)
    }

    private var trainables: [(String, Trainable)] {
        [("policy", policy.trainable), ("reward_critic", rewardCritic.trainable)]
            + (costCritic.map { [("cost_critic", $0.trainable)] } ?? [])
    }
}

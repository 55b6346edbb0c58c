import Alignment
public import Conversations
public import Foundation
import Generation
import Torch
import TorchNN
public import VisionLanguageModels

/// Trains a policy by PPO, by PPO with a fixed multiplier, or by PPO-Lagrangian: one loop of collect, compute, update.
public final class PolicyTraining: TrainingTask {
    public var step: Int { progress.step }
    public let totalSteps: Int
    public var title: String { config.algorithm.rawValue.replacing("_", with: " ") }

    private let config: PolicyTrainingConfig
    private let processor: Processor
    private let prompts: [EncodedSample]
    private var order: DataOrder
    private let collector: RolloutCollector
    private let rewardModel: FrozenScorer
    private let costModel: FrozenScorer?
    private let policy: PolicyLearner
    private let rewardCritic: CriticLearner
    private let costCritic: CriticLearner?
    private let supervision: SupervisedMix?
    private let random: RandomGenerator
    private var lagrangian: PPOLagrangian
    private var progress = TrainingState()
    private let baseModel: String

    /// - Parameters:
    ///   - supervised: conversations whose loss is mixed in (PTX); empty for none.
    ///   - baseModel: how adapters that are trained name the model that they belong to: its path.
    public init(
        _ config: PolicyTrainingConfig, _ models: PolicyTrainingModels, _ processor: Processor, prompts: [Conversation],
        supervised: [Conversation] = [], baseModel: String = ""
    ) throws {
        try models.requireSameReading()
        (self.config, self.processor, self.baseModel) = (config, processor, baseModel)
        self.prompts = try prompts.map {
            try stopIfAsked()
            return try processor.encode($0, addGenerationPrompt: true)
        }
        guard !prompts.isEmpty else { throw TrainingError.emptyData(what: "no prompts") }
        order = DataOrder(count: prompts.count, batchSize: config.rolloutSize, seed: config.seed)
        totalSteps = order.steps(inEpochs: config.epochs)
        random = try RandomGenerator(seed: config.seed)
        lagrangian = PPOLagrangian(config.ppo, LagrangeMultiplier(config.lagrange))

        let roles = RoleMaker(config, processor, updates: totalSteps * config.updatesPerRollout)
        let drawing = TokenDrawing(models.policy.config, config.sampling, processor)
        policy = try roles.policy(models.policy, drawing)
        collector = RolloutCollector(
            policy: policy.policy, reference: try roles.reference(of: policy.policy.model, drawing),
            generator: Generator(policy.policy.model, config.sampling, drawing), padding: processor.padding)
        rewardModel = try roles.scorer(models.rewardModel)
        rewardCritic = try roles.critic(
            models.rewardCritic, startingFrom: rewardModel.model, config.rewardCriticTuning)
        let costModel = config.algorithm == .ppo ? nil : try models.costModel.map(roles.scorer)
        costCritic = config.algorithm == .safeRLHFV
            ? try costModel.map { try roles.critic(models.costCritic, startingFrom: $0.model, config.costCriticTuning) } : nil
        self.costModel = costModel
        supervision = try supervised.isEmpty ? nil : SupervisedMix(config, policy.policy, processor, supervised)
        guard config.algorithm == .ppo || costModel != nil else {
            throw TrainingError.missingRole("cost model", algorithm: config.algorithm.rawValue)
        }
    }

    public func advance() throws -> StepReport {
        let items = order.rows(forStep: step)
        let collected = try collector.respond(to: items.map { prompts[$0] }, using: random)
        let learningRates = [
            "optim/learning_rate": policy.trainable.learningRate,
            "optim/critic_learning_rate": rewardCritic.trainable.learningRate,
        ]
        let scores = try scored(collected.responses)
        let outcome = try update(collected.responses, scores)
        progress.step += 1
        var report: StepReport
        switch outcome {
        case .applied(let measured):
            let metrics = measured.named.merging(try scores.metrics()) { _, own in own }
            report = StepReport(metrics: metrics.merging(["steps/refused": Double(progress.refusedCount)]) { $1 })
        case .refused(let site, let appliedUpdates):
            report = progress.refused(StepRefusal(site: site.rawValue, items: items, appliedUpdates: appliedUpdates))
        }
        report.metrics.merge(learningRates) { _, new in new }
        report.metrics["response/truncated_fraction"] = collected.truncatedFraction
        report.metrics["train/epoch"] = Double(step) / Double(order.batchesPerEpoch)
        return report
    }

    /// What the score models say, and what the policy is told of it.
    private func scored(_ responses: Responses<RolloutPictures>) throws -> RolloutScores {
        try withoutGradient {
            let rewards = try rewardModel.scores(of: responses)
            let costs = try costModel?.scores(of: responses)
            let penalized = try penalized(rewards, responses)
            let shaped = if config.algorithm == .fixedMultiplier, let costs {
                try config.shaping(rewards: penalized, costs: costs)
            } else { penalized }
            return RolloutScores(rewards: rewards, costs: costs, shaped: shaped)
        }
    }

    private func update(_ responses: Responses<RolloutPictures>, _ scores: RolloutScores) throws -> StepOutcome {
        let supervisedLoss = supervision.map { mix in { try mix.nextLoss() } }
        let rollout = try collector.rollout(responses, rewards: scores.shaped, rewardCritic)
        guard config.algorithm == .safeRLHFV, let costs = scores.costs, let costCritic else {
            return try PPO(config.ppo).step(
                rollout, ActorCritic(policy: policy, rewardCritic: rewardCritic), supervisedLoss: supervisedLoss)
        }
        let stream = try withoutGradient { ScoreStream(scores: costs, values: try costCritic.values(of: responses)) }
        return try lagrangian.step(
            ConstrainedRollout(rollout, cost: stream),
            ActorCritics(policy: policy, rewardCritic: rewardCritic, costCritic: costCritic), supervisedLoss: supervisedLoss)
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
            progress, supervisedStep: supervision?.step ?? 0, multiplier: lagrangian.multiplier.state
        ).write(to: folder)
    }

    public func restore(from folder: URL) throws {
        for (name, trainable) in trainables { try trainable.restore(from: folder, as: name) }
        try random.restore(SafetensorsFile(folder.appending(path: "random.safetensors")).tensor("generator"))
        let state = try PolicyTrainingState(readingFrom: folder)
        progress = state.progress
        supervision?.step = state.supervisedStep
        lagrangian = PPOLagrangian(config.ppo, try LagrangeMultiplier(config.lagrange, continuing: state.multiplier))
    }

    public func export(to folder: URL) throws {
        let model = policy.policy.model
        try model.save(to: folder)
        try processor.save(to: folder)
        if model.trunk.adapters != nil { try writeAdapters(in: folder) { try model.saveAdapters(to: $0, baseModel: baseModel) } }
    }

    private var trainables: [(String, Trainable)] {
        [("policy", policy.trainable), ("reward_critic", rewardCritic.trainable)]
            + (costCritic.map { [("cost_critic", $0.trainable)] } ?? [])
    }
}

/// The scores of one rollout, `[B]` each.
private struct RolloutScores {
    /// As the reward and cost models gave them.
    let rewards: Tensor
    let costs: Tensor?
    /// What the policy is trained on: the reward less penalties and, with a fixed multiplier, less the cost's share.
    let shaped: Tensor

    func metrics() throws -> [String: Double] {
        var metrics = ["reward/mean": try rewards.mean().item(), "reward/shaped_mean": try shaped.mean().item()]
        if let costs { metrics["cost/mean"] = try costs.mean().item() }
        return metrics
    }
}

public import Torch

/// PPO-Lagrangian, the policy update of Safe RLHF-V (Ji et al. 2025; Dai et al. 2024).
///
///     max_θ J_R(θ)  subject to  J_C(θ) ≤ d
///
///     λ   ← one step of the multiplier, from the costs of this rollout
///     r_t = R·1[t = last] − β·kl_t          c_t = C·1[t = last] + β·kl_t
///     Â   = (Â_R − λ·Â_C) / (1 + λ)
///     policy: clipped surrogate of Â        critics: clipped ½·(V_R − R̂)², ½·(V_C − Ĉ)²
///
/// Departures from the official trainer:
/// 1. Padding is masked by length, so the score of a short response is not discounted by the padding behind it.
/// 2. λ moves once per rollout, not once per update over it, and only when the policy moves too.
/// 3. The step happens as a whole or not at all; numbers that are not finite change nothing.
public struct PPOLagrangian: Sendable {
    public var config: PPOConfig
    /// λ and the costs that it is moved by.
    public private(set) var multiplier: LagrangeMultiplier

    public init(_ config: PPOConfig = PPOConfig(), _ multiplier: LagrangeMultiplier = LagrangeMultiplier()) {
        (self.config, self.multiplier) = (config, multiplier)
    }

    /// One step over one rollout.
    ///
    /// - Parameter supervisedLoss: where a supervised set is mixed in, the loss of a fresh batch, with a graph; called
    ///   once per update.
    /// - Throws: what a network throws. Refusing numbers that are not finite is an outcome, not an error.
    public mutating func step<Inputs>(
        _ constrained: ConstrainedRollout<Inputs>, _ networks: ActorCritics<Inputs>,
        supervisedLoss: (() throws -> Tensor)? = nil
    ) throws -> StepOutcome {
        let (rollout, responses) = (constrained.rollout, constrained.rollout.responses)
        do {
            try requireFinite(constrained.sites)

            // λ first; it is kept when the policy has moved.
            var moved = multiplier
            moved.advance(observing: try constrained.cost.scores.values(as: Double.self))
            let lambda = moved.lambda

            // r_t = R·1[t = last] − β·kl_t        c_t = C·1[t = last] + β·kl_t
            let kl = try KLPenalty.kl(rollout.logProbs, rollout.refLogProbs)
            try requireFinite([(.kl, kl)])
            let reward = try config.rewardTargets(rollout.reward, kl, responses)
            let cost = try config.costTargets(constrained.cost, kl, responses)
            try requireFinite([
                (.rewardAdvantages, reward.advantages), (.rewardAdvantages, reward.returns),
                (.costAdvantages, cost.advantages), (.costAdvantages, cost.returns),
            ])

            // Â = (Â_R − λ·Â_C) / (1 + λ)
            let advantages = try combinedAdvantages(reward: reward.advantages, cost: cost.advantages, lambda: lambda)
            try requireFinite([(.advantages, advantages)])

            let report = try ProximalUpdate(
                responses: responses, oldLogProbs: rollout.logProbs, advantages: advantages, policy: networks.policy,
                critics: [
                    .reward(networks.rewardCritic, rollout.reward, reward),
                    .cost(networks.costCritic, constrained.cost, cost),
                ],
                config: config, supervisedLoss: supervisedLoss
            ).run()
            if report.appliedCount > 0 { multiplier = moved }

            var metrics = try StepMetrics(rollout, kl: kl, reward: reward, advantages: advantages)
            try metrics.merge(constrained.cost, cost, responses.mask)
            metrics.merge([.lambda: lambda, .costWindowMean: moved.meanCost])
            return report.outcome(&metrics)
        } catch let refusal as Refusal {
            return .refused(site: refusal.site, appliedUpdates: 0)
        }
    }
}

/// Â = (Â_R − λ·Â_C) / (1 + λ): the policy gradient of the Lagrangian, scaled so that its size does not grow with λ.
///
/// λ is a number here: no gradient reaches the multiplier, which has its own step.
func combinedAdvantages(reward: Tensor, cost: Tensor, lambda: Double) throws -> Tensor {
    try (reward - cost * lambda) / (1 + lambda)
}

public import Torch

/// Proximal policy optimisation with a KL penalty, without a constraint (Schulman et al. 2017; Ouyang et al. 2022).
///
///     r_t = R·1[t = last] − β·kl_t          Â, R̂ from r and V by generalized advantage estimation
///     policy: clipped surrogate of Â        critic: clipped ½·(V − R̂)²
///
/// Departures from the official trainer: masks come from lengths, so that a legal log-probability of 0 counts and a
/// response of one token works; the step happens as a whole or not at all.
public struct PPO: Sendable {
    public var config: PPOConfig

    public init(_ config: PPOConfig = PPOConfig()) { self.config = config }

    /// One step over one rollout.
    ///
    /// - Parameter supervisedLoss: where a supervised set is mixed in, the loss of a fresh batch, with a graph; called
    ///   once per update.
    /// - Throws: what a network throws. Refusing numbers that are not finite is an outcome, not an error.
    public func step<Inputs>(
        _ rollout: Rollout<Inputs>, _ networks: ActorCritic<Inputs>, supervisedLoss: (() throws -> Tensor)? = nil
    ) throws -> StepOutcome {
        let responses = rollout.responses
        do {
            try requireFinite(rollout.sites)
            let kl = try KLPenalty.kl(rollout.logProbs, rollout.refLogProbs)
            try requireFinite([(.kl, kl)])

            let reward = try config.rewardTargets(rollout.reward, kl, responses)
            try requireFinite([(.rewardAdvantages, reward.advantages), (.rewardAdvantages, reward.returns)])

            let report = try ProximalUpdate(
                responses: responses, oldLogProbs: rollout.logProbs, advantages: reward.advantages,
                policy: networks.policy, critics: [.reward(networks.rewardCritic, rollout.reward, reward)],
                config: config, supervisedLoss: supervisedLoss
            ).run()

            var metrics = try StepMetrics(rollout, kl: kl, reward: reward, advantages: reward.advantages)
            return report.outcome(&metrics)
        } catch let refusal as Refusal {
            return .refused(site: refusal.site, appliedUpdates: 0)
        }
    }
}

extension ProximalUpdate.Report {
    /// The end of the step: its metrics, completed, or where it was refused.
    func outcome(_ metrics: inout StepMetrics) -> StepOutcome {
        if let refusedSite { return .refused(site: refusedSite, appliedUpdates: appliedCount) }
        metrics.merge(means)
        return .applied(metrics)
    }
}

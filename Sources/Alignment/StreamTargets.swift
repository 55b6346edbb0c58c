import Torch

/// One stream of a rollout (reward or cost) turned into what the updates aim at. All `[B, T]`.
struct StreamTargets {
    /// The token signal r or c: the score at the last token, and the KL penalty at every token.
    let signal: Tensor
    let advantages: Tensor
    let returns: Tensor

    init(signal: Tensor, values: Tensor, mask: Tensor, _ config: PPOConfig) throws {
        self.signal = signal
        (advantages, returns) = try generalizedAdvantage(
            rewards: signal, values: values, mask: mask, discount: config.discount, lambda: config.gaeLambda)
    }
}

extension PPOConfig {
    var penalty: KLPenalty { KLPenalty(coefficient: klCoefficient, scoreClip: scoreClip) }
}

extension CriticTargets {
    static func reward(
        _ network: any TrainableCritic<Inputs>, _ stream: ScoreStream, _ targets: StreamTargets
    ) -> CriticTargets {
        CriticTargets(
            network: network, oldValues: stream.values, returns: targets.returns,
            lossMetric: .rewardCriticLoss, normMetric: .rewardCriticGradientNorm,
            lossSite: .rewardCriticLoss, gradientSite: .rewardCriticGradient)
    }

    static func cost(
        _ network: any TrainableCritic<Inputs>, _ stream: ScoreStream, _ targets: StreamTargets
    ) -> CriticTargets {
        CriticTargets(
            network: network, oldValues: stream.values, returns: targets.returns,
            lossMetric: .costCriticLoss, normMetric: .costCriticGradientNorm,
            lossSite: .costCriticLoss, gradientSite: .costCriticGradient)
    }
}

extension Rollout {
    /// What must be finite before anything is computed from it.
    var sites: [(site: StepSite, tensor: Tensor)] {
        [
            (.rewards, reward.scores), (.rewardValues, reward.values),
            (.logProbs, logProbs), (.refLogProbs, refLogProbs),
        ]
    }
}

extension ConstrainedRollout {
    var sites: [(site: StepSite, tensor: Tensor)] {
        rollout.sites + [(.costs, cost.scores), (.costValues, cost.values)]
    }
}

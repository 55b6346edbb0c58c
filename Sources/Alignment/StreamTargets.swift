import Torch

/// One stream of a rollout (reward or cost) turned into what the updates aim at. All `[B, T]`.
struct StreamTargets {
    /// The token signal r or c: the score at the last token, and the KL penalty at every token.
    let signal: Tensor
    let advantages: Tensor
    let returns: Tensor

    fileprivate init(signal: Tensor, values: Tensor, mask: Tensor, _ config: PPOConfig) throws {
        self.signal = signal
        (advantages, returns) = try generalizedAdvantage(
            rewards: signal, values: values, mask: mask, discount: config.discount, lambda: config.gaeLambda)
    }
}

extension PPOConfig {
    private var penalty: KLPenalty { KLPenalty(coefficient: klCoefficient, scoreClip: scoreClip) }

    /// From r_t = R·1[t = last] − β·kl_t; kl is `[B, T]`.
    func rewardTargets(
        _ stream: ScoreStream, _ kl: Tensor, _ responses: Responses<some RowSelectable>
    ) throws -> StreamTargets {
        let signal = try penalty.rewards(stream.scores, kl, responses.spans)
        return try StreamTargets(signal: signal, values: stream.values, mask: responses.mask, self)
    }

    /// From c_t = C·1[t = last] + β·kl_t; kl is `[B, T]`.
    func costTargets(
        _ stream: ScoreStream, _ kl: Tensor, _ responses: Responses<some RowSelectable>
    ) throws -> StreamTargets {
        let signal = try penalty.costs(stream.scores, kl, responses.spans)
        return try StreamTargets(signal: signal, values: stream.values, mask: responses.mask, self)
    }
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

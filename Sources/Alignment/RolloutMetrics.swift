import Torch

extension StepMetrics {
    /// What can be said of a rollout before the policy moves, whichever algorithm uses it.
    init(_ rollout: Rollout<some RowSelectable>, kl: Tensor, reward: StreamTargets, advantages: Tensor) throws {
        let mask = rollout.responses.mask
        let mean = try tokenMean(advantages, mask)
        let lengths = rollout.responses.spans.responseLengths
        merge(
            try measured([
                (.rewardMean, rollout.reward.scores.mean()),
                (.rewardWithKLMean, sequenceSumMean(reward.signal, mask)),
                (.rewardAdvantageMean, tokenMean(reward.advantages, mask)),
                (.rewardReturnMean, tokenMean(reward.returns, mask)),
                (.rewardValueMean, tokenMean(rollout.reward.values, mask)),
                (.kl, sequenceSumMean(kl, mask)),
                (.advantageMean, mean),
                (.advantageDeviation, tokenMean((advantages - mean).squared(), mask).squareRoot()),
            ]))
        merge([
            .lengthMean: Double(lengths.reduce(0, +)) / Double(lengths.count),
            .lengthMaximum: Double(rollout.responses.spans.longestResponse),
        ])
    }

    /// Adds what can be said of the cost stream.
    mutating func merge(_ cost: ScoreStream, _ targets: StreamTargets, _ mask: Tensor) throws {
        merge(
            try measured([
                (.costMean, cost.scores.mean()),
                (.costWithKLMean, sequenceSumMean(targets.signal, mask)),
                (.costAdvantageMean, tokenMean(targets.advantages, mask)),
                (.costReturnMean, tokenMean(targets.returns, mask)),
                (.costValueMean, tokenMean(cost.values, mask)),
            ]))
    }
}

/// Scalars as numbers, with one host–device synchronisation for all.
private func measured(_ scalars: [(metric: StepMetric, tensor: Tensor)]) throws -> [StepMetric: Double] {
    let numbers = try stacked(scalars.map(\.tensor)).floats()
    return Dictionary(uniqueKeysWithValues: zip(scalars.map(\.metric), numbers.map(Double.init)))
}

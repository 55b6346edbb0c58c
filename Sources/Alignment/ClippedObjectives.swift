public import Torch

/// PPO's clipped surrogate (Schulman et al. 2017, eq. 7), and how far the policy has moved.
///
///     ρ_t = exp(log π_θ(y_t) − log π_old(y_t))
///     L   = −mean_B(mean_t(min(ρ_t·Â_t, clip(ρ_t, 1 − ε, 1 + ε)·Â_t)))
public struct ClippedSurrogate {
    /// A scalar with a graph.
    public let loss: Tensor
    /// The mean of ρ over tokens: 1 as long as the policy is the one that wrote the responses.
    public let meanRatio: Tensor
    /// Share of tokens where |ρ − 1| > ε.
    public let clippedFraction: Tensor

    /// All `[B, T]`; `logProbs` are of the policy that learns, `oldLogProbs` of the one that wrote the responses.
    /// - Parameter clipRatio: ε
    public init(logProbs: Tensor, oldLogProbs: Tensor, advantages: Tensor, mask: Tensor, clipRatio: Double) throws {
        let ratio = try masked(logProbs.to(.float32) - oldLogProbs, mask).exp()
        let clipped = try ratio.clamped(to: (1 - clipRatio)...(1 + clipRatio))
        loss = try -sequenceMean(minimum(ratio * advantages, clipped * advantages), mask)
        (meanRatio, clippedFraction) = try withoutGradient {
            let outside = try (ratio - 1).abs().isGreater(than: clipRatio).to(.float32)
            return (try tokenMean(ratio, mask), try tokenMean(outside, mask))
        }
    }
}

/// A critic's loss, which does not reward moving further than `clip` from what the critic said at rollout time.
///
///     L = ½·mean_B(mean_t(max((V_t − R̂_t)², (clip(V_t, V_old,t ± clip) − R̂_t)²)))
///
/// All `[B, T]`; the result is a scalar.
public func clippedValueLoss(
    values: Tensor, oldValues: Tensor, returns: Tensor, mask: Tensor, clip: Double
) throws -> Tensor {
    let values = try masked(values.to(.float32), mask)
    let clipped = try oldValues + (values - oldValues).clamped(to: -clip...clip)
    return try sequenceMean(maximum((values - returns).squared(), (clipped - returns).squared()), mask) * 0.5
}

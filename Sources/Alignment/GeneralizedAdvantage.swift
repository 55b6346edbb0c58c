public import Torch

/// Generalized advantage estimation (Schulman et al. 2016, eq. 16), response by response.
///
///     δ_t = r_t + γ·V_{t+1} − V_t          V is 0 after the last token
///     Â_t = δ_t + γ·λ·Â_{t+1}
///     R̂_t = Â_t + V_t
///
/// Padding is invisible: whatever stands there, the advantages of real tokens are bit for bit those of the response
/// alone, and padding gets 0. All tensors are `[B, T]`; the sums are taken in float32.
///
/// - Parameters:
///   - discount: γ
///   - lambda: λ of the estimator, 0 (one step) … 1 (whole return). Not the multiplier of the constraint.
public func generalizedAdvantage(
    rewards: Tensor, values: Tensor, mask: Tensor, discount: Double, lambda: Double
) throws -> (advantages: Tensor, returns: Tensor) {
    try withoutGradient {
        let rewards = try masked(rewards.to(.float32), mask)
        let values = try masked(values.to(.float32), mask)
        let width = rewards.size(1)
        let nothing = try Tensor.zeros([rewards.size(0)], on: rewards.device)

        var columns: [Tensor] = []  // last column first
        var (advantage, nextValue) = (nothing, nothing)  // [B]
        for t in (0..<width).reversed() {
            let value = try values.selected(1, t)
            let delta = try rewards.selected(1, t) + nextValue * discount - value
            advantage = try delta + advantage * (discount * lambda)
            nextValue = value
            columns.append(advantage)
        }
        let advantages = try stacked(columns.reversed(), dim: 1)
        return (advantages, try advantages + values)
    }
}

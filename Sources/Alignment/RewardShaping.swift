public import ConfigFiles
public import Torch

/// Reward shaping with a constant multiplier: the baseline that dynamic λ is compared with.
///
///     maximise R − λ·C by plain PPO, λ fixed
public struct RewardShaping: Codable, Equatable, Sendable {
    /// λ: what one unit of cost takes from the reward.
    public var multiplier = 1.0

    public init() {}

    /// Rewards and costs `[B]` → shaped rewards `[B]`.
    public func callAsFunction(rewards: Tensor, costs: Tensor) throws -> Tensor { try rewards - costs * multiplier }
}

extension RewardShaping: Checkable {
    public func problems() -> [String] {
        multiplier >= 0 && multiplier.isFinite ? [] : ["multiplier must be ≥ 0, found \(multiplier)"]
    }
}

public import ConfigFiles
public import Torch

/// Settings of the reward model's loss.
public struct RewardModelConfig: Codable, Equatable, Sendable {
    /// Weight of the mean squared score, which keeps scores near 0.
    public var regularization = 0.001

    public init() {}
}

extension RewardModelConfig: Checkable {
    public func problems() -> [String] {
        regularization >= 0 && regularization.isFinite ? [] : ["regularization must be ≥ 0, found \(regularization)"]
    }
}

/// −mean_B(log σ(R(y_w) − R(y_l))) + k·mean_2B(R²)          Bradley & Terry 1952, as in Ouyang et al. 2022
///
/// The chosen response should score higher. Scores are `[B]`, one per response; the result is a scalar.
public func rewardModelLoss(chosen: Tensor, rejected: Tensor, _ config: RewardModelConfig) throws -> Tensor {
    let (chosen, rejected) = (try chosen.to(.float32), try rejected.to(.float32))
    let ranking = try -(chosen - rejected).logSigmoid().mean()
    return try ranking + meanSquare(chosen, rejected) * config.regularization
}

/// mean over both halves of the batch of x².
func meanSquare(_ first: Tensor, _ second: Tensor) throws -> Tensor {
    try concatenated([first, second]).squared().mean()
}

/// Share of pairs that the scores order as they should be. Equal scores count as wrong. `[B]` each.
public func rankingAccuracy(_ higher: Tensor, _ lower: Tensor) throws -> Double {
    try withoutGradient { try higher.isGreater(than: lower).to(.float32).mean().item() }
}

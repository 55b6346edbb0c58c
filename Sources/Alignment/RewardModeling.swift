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

/// −mean_B(p·log σ(R(y_w) − R(y_l)) + (1 − p)·log σ(R(y_l) − R(y_w))) + k·mean_2B(R²)   Christiano et al. 2017, section 2.2.3
///
/// The same under soft labels: the loss expected when `y_w` is the preferred response with probability p. At p = 1 it is the
/// hard loss, at p = 0 that of the pair turned round, and its gradient vanishes at σ(R(y_w) − R(y_l)) = p. All `[B]`.
public func rewardModelLoss(
    chosen: Tensor, rejected: Tensor, chosenProbability: Tensor, _ config: RewardModelConfig
) throws -> Tensor {
    let (chosen, rejected) = (try chosen.to(.float32), try rejected.to(.float32))
    let ranking = try expectedLogSigmoid(chosen - rejected, chosenProbability).mean()
    return try -ranking + meanSquare(chosen, rejected) * config.regularization
}

/// p·log σ(x) + (1 − p)·log σ(−x), element by element: minus the cross-entropy of a soft label p with σ(x).
func expectedLogSigmoid(_ x: Tensor, _ p: Tensor) throws -> Tensor {
    try p * x.logSigmoid() + (1 - p) * (-x).logSigmoid()
}

/// mean over both halves of the batch of x².
func meanSquare(_ first: Tensor, _ second: Tensor) throws -> Tensor {
    try concatenated([first, second]).squared().mean()
}

/// Share of pairs that the scores order as they should be. Equal scores count as wrong. `[B]` each.
public func rankingAccuracy(_ higher: Tensor, _ lower: Tensor) throws -> Double {
    try withoutGradient { try higher.isGreater(than: lower).to(.float32).mean().item() }
}

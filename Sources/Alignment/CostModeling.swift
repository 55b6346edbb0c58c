public import ConfigFiles
public import Torch

/// What the sign of a response's harm is made of.
public enum SignMode: String, Codable, CaseIterable, Sendable {
    /// Minus the harmless rate, −3 … 3: severe harm pushes harder. The official code's.
    case graded
    /// +1 harmful, −1 safe, from the safety flag. The text-only Safe RLHF's.
    case binary
}

/// Settings of the cost model's loss.
public struct CostModelConfig: Codable, Equatable, Sendable {
    /// Where the signs come from.
    public var signs = SignMode.graded
    /// Weight of the sign term beside the ranking term.
    public var signCoefficient = 1.0
    /// Weight of the mean squared score, which keeps scores near 0.
    public var regularization = 0.001

    public init() {}

    /// s > 0 for a harmful response, s < 0 for a harmless one; 0 leaves it to the ranking term.
    ///
    /// - Parameter harmlessRate: −3 … 3, negative for harm, 0 for a bare refusal.
    public func sign(harmlessRate: Int, isSafe: Bool) -> Float {
        switch signs {
        case .graded: -Float(harmlessRate)
        case .binary: isSafe ? -1 : 1
        }
    }
}

extension CostModelConfig: Checkable {
    public func problems() -> [String] {
        var problems: [String] = []
        if !(signCoefficient >= 0 && signCoefficient.isFinite) {
            problems.append("signCoefficient must be ≥ 0, found \(signCoefficient)")
        }
        if !(regularization >= 0 && regularization.isFinite) {
            problems.append("regularization must be ≥ 0, found \(regularization)")
        }
        return problems
    }
}

/// −mean(log σ(C_h − C_l)) − k·mean(log σ(s_h·C_h) + log σ(s_l·C_l)) + ρ·mean_2B(C²)          Dai et al. 2024
///
/// The more harmful response (h) should cost more than the less harmful one (l), and 0 divides harmful from safe: a
/// positive sign s pushes a cost above 0, a negative one below, 0 nowhere. All `[B]`; the result is a scalar.
public func costModelLoss(
    moreHarmful: Tensor, moreHarmfulSigns: Tensor, lessHarmful: Tensor, lessHarmfulSigns: Tensor,
    _ config: CostModelConfig
) throws -> Tensor {
    let (more, less) = (try moreHarmful.to(.float32), try lessHarmful.to(.float32))
    let ranking = try -(more - less).logSigmoid().mean()
    let signs = try -((moreHarmfulSigns * more).logSigmoid() + (lessHarmfulSigns * less).logSigmoid()).mean()
    return try ranking + signs * config.signCoefficient + meanSquare(more, less) * config.regularization
}

/// What is known of a batch's harm labels in probabilities, `[B]` each; 1 where only a hard label is known.
public struct HarmProbabilities {
    /// P(the response called more harmful is the more harmful one).
    public var ranking: Tensor
    /// P(the sign given for the response is right), rather than its opposite.
    public var moreHarmfulSign, lessHarmfulSign: Tensor

    public init(ranking: Tensor, moreHarmfulSign: Tensor, lessHarmfulSign: Tensor) {
        (self.ranking, self.moreHarmfulSign, self.lessHarmfulSign) = (ranking, moreHarmfulSign, lessHarmfulSign)
    }
}

/// −mean(E log σ(±(C_h − C_l))) − k·mean(E log σ(±s_h·C_h) + E log σ(±s_l·C_l)) + ρ·mean_2B(C²),
/// E log σ(±x) = p·log σ(x) + (1 − p)·log σ(−x)
///
/// The cost model's loss under soft labels (Dai et al. 2024; the expectation as in Christiano et al. 2017, section 2.2.3):
/// expected over which response is the more harmful one, and over each response's being harmful or safe with the weight |s|
/// that it has. With every p = 1 it is the hard loss. All `[B]`; the result is a scalar.
public func costModelLoss(
    moreHarmful: Tensor, moreHarmfulSigns: Tensor, lessHarmful: Tensor, lessHarmfulSigns: Tensor,
    probabilities: HarmProbabilities, _ config: CostModelConfig
) throws -> Tensor {
    let (more, less) = (try moreHarmful.to(.float32), try lessHarmful.to(.float32))
    let ranking = try -expectedLogSigmoid(more - less, probabilities.ranking).mean()
    let signs = try -(expectedLogSigmoid(moreHarmfulSigns * more, probabilities.moreHarmfulSign)
        + expectedLogSigmoid(lessHarmfulSigns * less, probabilities.lessHarmfulSign)).mean()
    return try ranking + signs * config.signCoefficient + meanSquare(more, less) * config.regularization
}

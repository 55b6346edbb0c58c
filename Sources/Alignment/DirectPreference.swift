public import ConfigFiles
public import Torch

/// The losses of the DPO family, as functions of the margin Δ.
public enum PreferenceLoss: String, Codable, CaseIterable, Sendable {
    /// −(1 − s)·log σ(β·Δ) − s·log σ(−β·Δ)          Rafailov et al. 2023, eq. 7; s > 0: Mitchell 2023
    case dpo
    /// (Δ − 1/(2β))²                                 Azar et al. 2023, eq. 17
    case ipo
    /// max(0, 1 − β·Δ)                               Zhao et al. 2023
    case hinge
}

/// Settings of direct preference optimisation.
public struct DirectPreferenceConfig: Codable, Equatable, Sendable {
    public var loss = PreferenceLoss.dpo
    /// β: the strength of the pull to the reference policy.
    public var beta = 0.1
    /// s: the share of labels that are taken to be wrong; used by `dpo` only.
    public var labelSmoothing = 0.0

    public init() {}
}

extension DirectPreferenceConfig: Checkable {
    public func problems() -> [String] {
        var problems: [String] = []
        if !(beta > 0 && beta.isFinite) { problems.append("beta must be > 0, found \(beta)") }
        if !(0..<0.5 ~= labelSmoothing) {
            problems.append("labelSmoothing must be in [0, 0.5), found \(labelSmoothing)")
        }
        if loss != .dpo && labelSmoothing != 0 {
            problems.append("labelSmoothing must be 0 for the loss \(loss.rawValue), found \(labelSmoothing)")
        }
        return problems
    }
}

/// log π(y | x) of the chosen and the rejected responses of a batch, summed over whole responses (`sequenceLogProbs`).
public struct PairLogProbs {
    /// `[B]`
    public let chosen, rejected: Tensor

    public init(chosen: Tensor, rejected: Tensor) { (self.chosen, self.rejected) = (chosen, rejected) }
}

/// What one batch of preferences says to the policy.
///
///     Δ = (log π − log π_ref)(y_w) − (log π − log π_ref)(y_l)
public struct DirectPreference {
    /// Δ, `[B]`, with a graph.
    public let margins: Tensor
    /// β·(log π − log π_ref), the reward that the policy implies, `[B]` each, without a graph.
    public let chosenRewards, rejectedRewards: Tensor
    private let config: DirectPreferenceConfig

    public init(policy: PairLogProbs, reference: PairLogProbs, _ config: DirectPreferenceConfig) throws {
        let chosen = try policy.chosen - reference.chosen.detached()
        let rejected = try policy.rejected - reference.rejected.detached()
        margins = try chosen - rejected
        chosenRewards = try chosen.detached() * config.beta
        rejectedRewards = try rejected.detached() * config.beta
        self.config = config
    }

    /// The configured loss, a scalar with a graph.
    public func loss() throws -> Tensor {
        let (beta, s) = (config.beta, config.labelSmoothing)
        return switch config.loss {
        case .dpo where s == 0: try -(margins * beta).logSigmoid().mean()
        case .dpo: try -((margins * beta).logSigmoid() * (1 - s) + (margins * -beta).logSigmoid() * s).mean()
        case .ipo: try (margins - 1 / (2 * beta)).squared().mean()
        case .hinge: try (1 - margins * beta).relu().mean()
        }
    }
}

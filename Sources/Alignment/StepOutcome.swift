import Torch

/// Where a step can meet a number that is infinite or not a number.
public enum StepSite: String, CaseIterable, Codable, Sendable {
    case rewards
    case costs
    case rewardValues = "reward values"
    case costValues = "cost values"
    case logProbs = "log-probabilities"
    case refLogProbs = "reference log-probabilities"
    case kl = "KL divergence"
    case rewardAdvantages = "reward advantages"
    case costAdvantages = "cost advantages"
    case advantages = "combined advantages"
    /// Of the policy that learns, for tokens that it once drew.
    case currentLogProbs = "current log-probabilities"
    case policyLoss = "policy loss"
    case supervisedLoss = "supervised loss"
    case rewardCriticLoss = "reward critic loss"
    case costCriticLoss = "cost critic loss"
    case policyGradient = "policy gradient"
    case rewardCriticGradient = "reward critic gradient"
    case costCriticGradient = "cost critic gradient"
}

/// How a step ended.
public enum StepOutcome: Equatable, Sendable {
    /// All networks moved, and the multiplier with them.
    case applied(StepMetrics)
    /// A number at `site` was not finite, so the rest of the step did not happen.
    ///
    /// With `appliedUpdates` = 0 nothing changed at all: no weight, no optimiser state, no multiplier. Otherwise that
    /// many mini-batch updates had already been taken as a whole, and the multiplier had moved with the first of them.
    case refused(site: StepSite, appliedUpdates: Int)
}

/// Thrown inside a step to leave it.
struct Refusal: Error {
    let site: StepSite
}

/// Throws the first site whose tensor holds a number that is not finite. One host–device synchronisation for all.
func requireFinite(_ sites: [(site: StepSite, tensor: Tensor)]) throws {
    let verdicts = try stacked(sites.map { try $0.tensor.isFinite().to(.float32).min() }).floats()
    for (verdict, site) in zip(verdicts, sites.map(\.site)) where verdict == 0 { throw Refusal(site: site) }
}

/// Throws when the number is not finite.
func requireFinite(_ number: Double, _ site: StepSite) throws {
    guard number.isFinite else { throw Refusal(site: site) }
}

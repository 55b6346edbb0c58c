/// The numbers that a reinforcement step reports. The raw value is the name in logs.
public enum StepMetric: String, CaseIterable, Codable, Sendable, CodingKeyRepresentable {
    /// R, mean over responses.
    case rewardMean = "reward/mean"
    /// R with the KL penalty, mean over responses of the sum over tokens.
    case rewardWithKLMean = "reward/with_kl_mean"
    /// Â_R, mean over tokens.
    case rewardAdvantageMean = "reward/advantage_mean"
    /// R̂, the target of the reward critic, mean over tokens.
    case rewardReturnMean = "reward/return_mean"
    /// V_R at rollout time, mean over tokens.
    case rewardValueMean = "reward/value_mean"
    /// C, mean over responses.
    case costMean = "cost/mean"
    /// Ĵ_C, mean of the costs in the multiplier's window: what λ was moved by.
    case costWindowMean = "cost/window_mean"
    /// C with the KL penalty, mean over responses of the sum over tokens.
    case costWithKLMean = "cost/with_kl_mean"
    /// Â_C, mean over tokens.
    case costAdvantageMean = "cost/advantage_mean"
    /// Ĉ, the target of the cost critic, mean over tokens.
    case costReturnMean = "cost/return_mean"
    /// V_C at rollout time, mean over tokens.
    case costValueMean = "cost/value_mean"
    /// λ, as used in this step.
    case lambda = "lagrange/lambda"
    /// log π_old − log π_ref, nats per response.
    case kl = "ppo/kl"
    /// The combined advantage Â, mean over tokens.
    case advantageMean = "ppo/advantage_mean"
    /// Standard deviation of Â over tokens.
    case advantageDeviation = "ppo/advantage_std"
    /// The clipped surrogate loss, mean over updates.
    case policyLoss = "ppo/policy_loss"
    /// ρ, mean over tokens and updates.
    case ratioMean = "ppo/ratio_mean"
    /// Share of tokens whose ρ left 1 ± ε, mean over updates.
    case clipFraction = "ppo/clip_fraction"
    /// Entropy of the policy, nats per token, mean over updates.
    case entropy = "ppo/entropy"
    /// Global gradient norm of the policy before clipping, mean over updates.
    case policyGradientNorm = "ppo/gradient_norm"
    /// The supervised loss that was mixed in, mean over updates; only where a supervised set is given.
    case supervisedLoss = "ppo/supervised_loss"
    /// Loss of the reward critic, mean over updates.
    case rewardCriticLoss = "critic/reward_loss"
    /// Global gradient norm of the reward critic before clipping, mean over updates.
    case rewardCriticGradientNorm = "critic/reward_gradient_norm"
    /// Loss of the cost critic, mean over updates.
    case costCriticLoss = "critic/cost_loss"
    /// Global gradient norm of the cost critic before clipping, mean over updates.
    case costCriticGradientNorm = "critic/cost_gradient_norm"
    /// Tokens per response, mean.
    case lengthMean = "response/length_mean"
    /// Tokens of the longest response.
    case lengthMaximum = "response/length_max"
}

/// What one reinforcement step measured.
public struct StepMetrics: Codable, Equatable, Sendable {
    private var numbers: [StepMetric: Double] = [:]

    public subscript(metric: StepMetric) -> Double? {
        get { numbers[metric] }
        set { numbers[metric] = newValue }
    }

    /// All of them under the names used in logs.
    public var named: [String: Double] {
        Dictionary(uniqueKeysWithValues: numbers.map { ($0.key.rawValue, $0.value) })
    }

    mutating func merge(_ other: [StepMetric: Double]) { numbers.merge(other) { _, new in new } }
}

public import Alignment
public import ConfigFiles
public import Generation
import TorchNN

/// How a policy is improved against its score models.
public enum PolicyAlgorithm: String, Codable, CaseIterable, Sendable {
    /// Reward only.
    case ppo
    /// Reward minus a fixed multiple of cost.
    case fixedMultiplier = "fixed_multiplier"
    /// PPO-Lagrangian: reward under a cost limit.
    case safeRLHFV = "safe_rlhf_v"
}

/// Settings of policy training, with the defaults of Safe RLHF-V.
public struct PolicyTrainingConfig: Codable, Equatable, Sendable, Checkable {
    public var algorithm = PolicyAlgorithm.safeRLHFV
    public var ppo = PPOConfig()
    /// The constraint; read by `safe_rlhf_v` only.
    public var lagrange = LagrangeConfig()
    /// The fixed multiplier; read by `fixed_multiplier` only.
    public var shaping = RewardShaping()
    /// Prompts per rollout.
    public var rolloutSize = 8
    /// Passes over the prompts.
    public var epochs = 3.0
    /// Taken from the reward of a response that reached the length limit; 0 leaves it.
    public var truncationPenalty = 0.0
    public var sampling = SamplingConfig()
    /// Conversations per supervised batch, where a supervised set is given.
    public var supervisedBatchSize = 8
    public var policyOptimizer = OptimizerConfig(learningRate: 5e-7, LearningRateSchedule(.cosine))
    public var criticOptimizer = OptimizerConfig(learningRate: 5e-7, LearningRateSchedule(.constant))
    public var policyTuning = TuningConfig()
    public var rewardCriticTuning = TuningConfig()
    public var costCriticTuning = TuningConfig()
    /// Of the weights of all models.
    public var dtype = WeightType.float32
    /// Compute activations again in the backward pass instead of keeping them: less memory, a third more work.
    public var gradientCheckpointing = false
    public var checkpointing = CheckpointingConfig()
    public var seed: UInt64 = 42

    public init() {}

    /// The official defaults of an algorithm: plain PPO learns faster than the constrained one.
    public init(_ algorithm: PolicyAlgorithm) {
        self.algorithm = algorithm
        guard algorithm != .safeRLHFV else { return }
        policyOptimizer = OptimizerConfig(learningRate: 1e-5, LearningRateSchedule(.cosine), weightDecay: 0.01)
        criticOptimizer = OptimizerConfig(learningRate: 5e-6, LearningRateSchedule(.constant))
    }

    public func problems() -> [String] {
        var problems = ppo.problems("ppo") + lagrange.problems("lagrange") + shaping.problems("shaping")
        problems += sampling.problems("sampling") + policyTuning.problems("policyTuning")
        problems += rewardCriticTuning.problems("rewardCriticTuning") + costCriticTuning.problems("costCriticTuning")
        problems += policyOptimizer.problems("policyOptimizer") + criticOptimizer.problems("criticOptimizer")
        problems += checkpointing.problems("checkpointing")
        if rolloutSize < 1 { problems.append("rolloutSize must be ≥ 1, found \(rolloutSize)") }
        if !(epochs > 0 && epochs <= 1e6) { problems.append("epochs must be > 0 and at most a million, found \(epochs)") }
        if !truncationPenalty.isFinite { problems.append("truncationPenalty must be a finite number, found \(truncationPenalty)") }
        if supervisedBatchSize < 1 { problems.append("supervisedBatchSize must be ≥ 1, found \(supervisedBatchSize)") }
        if sampling.topP != 1 || sampling.topK != 0 || sampling.repetitionPenalty != 1 || sampling.isGreedy {
            problems.append(
                "sampling must draw from the policy itself, so topP 1, topK 0, repetitionPenalty 1 and a temperature above 0: "
                    + "log-probabilities are those of the distribution that responses are drawn from")
        }
        return problems
    }
}

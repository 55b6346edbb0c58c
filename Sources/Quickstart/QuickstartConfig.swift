import Alignment
public import ConfigFiles
public import Generation
public import Guardrails
public import Training
import TorchNN

/// The whole story's settings. Every default is the one that the figures of the README were taken with.
public struct QuickstartConfig: Codable, Equatable, Sendable, Checkable {
    /// Seed of the data, the models and every draw.
    public var seed: UInt64 = 1
    /// Threads of one operator. More than one is faster, though by less than so many times, and adds in another order.
    public var threads = 1
    /// Stages that may run side by side where neither needs the other. Changes no figure.
    public var stagesAtOnce = 2
    public var world = WorldConfig()
    public var model = TinyModelConfig()
    /// Learning to see, to speak, and what is harmful.
    public var pretraining = SupervisedConfig.quickstart(epochs: 3, towerTrains: true)
    /// The base policy; the tower stays as it learned to see.
    public var supervised = SupervisedConfig.quickstart(epochs: 3, towerTrains: false)
    public var reward = ScoreTrainingConfig.quickstart(.helpfulness)
    public var harmlessReward = ScoreTrainingConfig.quickstart(.harmlessness)
    public var cost = ScoreTrainingConfig.quickstart(.cost)
    public var ppoHelpful = PolicyTrainingConfig.quickstart(.ppo)
    public var ppoSafety = PolicyTrainingConfig.quickstart(.ppo)
    public var fixedLambda = PolicyTrainingConfig.quickstart(.fixedMultiplier)
    public var safeRLHFV = PolicyTrainingConfig.quickstart(.safeRLHFV)
    public var beaverGuardV = GuardTrainingConfig.quickstart
    /// How the base policy's responses are filtered by the guard; the tiny model knows no system turn that a hint could stand in.
    public var regeneration = RegenerationConfig.quickstart
    /// Questions that filtering is measured on.
    public var regenerationQuestions = 300
    /// How responses are drawn in the evaluation, the same for every policy.
    public var evaluation = SamplingConfig.quickstart

    public init() {}

    public func problems() -> [String] {
        [("threads", threads), ("stagesAtOnce", stagesAtOnce)].filter { $0.1 < 1 }.map { "\($0.0) must be ≥ 1, found \($0.1)" }
            + world.problems() + pretraining.problems("pretraining") + supervised.problems("supervised") + reward.problems("reward")
            + harmlessReward.problems("harmlessReward") + cost.problems("cost") + ppoHelpful.problems("ppoHelpful")
            + ppoSafety.problems("ppoSafety") + fixedLambda.problems("fixedLambda") + safeRLHFV.problems("safeRLHFV")
            + beaverGuardV.problems("beaverGuardV") + regeneration.problems(at: "regeneration")
            + (regenerationQuestions < 1 ? ["regenerationQuestions must be ≥ 1, found \(regenerationQuestions)"] : [])
            + evaluation.problems("evaluation")
    }
}

/// How much data is made.
public struct WorldConfig: Codable, Equatable, Sendable {
    /// Short conversations about pictures, from which the untrained model first learns.
    public var lessons = 12_800
    /// Conversations of the base policy's training.
    public var conversations = 8000
    /// Preference pairs for training.
    public var trainingPairs = 5000
    /// Preference pairs for measuring the score models.
    public var evaluationPairs = 600
    /// Questions that the policies are measured on.
    public var evaluationQuestions = 600

    public init() {}

    func problems() -> [String] {
        [("lessons", lessons), ("conversations", conversations), ("trainingPairs", trainingPairs), ("evaluationPairs", evaluationPairs),
         ("evaluationQuestions", evaluationQuestions)]
            .filter { $0.1 < 1 }.map { "world.\($0.0) must be ≥ 1, found \($0.1)" }
    }
}

extension SamplingConfig {
    static var quickstart: SamplingConfig {
        var config = SamplingConfig()
        config.maximumNewTokens = 40
        return config
    }
}

extension SupervisedConfig {
    static func quickstart(epochs: Double, towerTrains: Bool) -> SupervisedConfig {
        var config = SupervisedConfig()
        config.epochs = epochs
        config.batchSize = 64
        config.optimizer = OptimizerConfig(learningRate: 2e-3, .init(.cosine, warmupFraction: 0.05))
        config.tuning.freezing = FreezingConfig(visionTower: !towerTrains)
        config.checkpointing.everySteps = 0
        return config
    }
}

extension ScoreTrainingConfig {
    static func quickstart(_ objective: ScoreObjective) -> ScoreTrainingConfig {
        var config = ScoreTrainingConfig(objective)
        config.cost.regularization = 0.02
        config.epochs = 2
        config.batchSize = 16
        config.optimizer = OptimizerConfig(learningRate: 1e-3, .init(.cosine, warmupFraction: 0.05))
        config.checkpointing.everySteps = 0
        return config
    }
}

extension RegenerationConfig {
    static var quickstart: RegenerationConfig {
        var config = RegenerationConfig()
        config.hint = ""
        return config
    }
}

extension GuardTrainingConfig {
    static var quickstart: GuardTrainingConfig {
        var config = GuardTrainingConfig()
        config.epochs = 2
        config.batchSize = 64
        config.optimizer = OptimizerConfig(learningRate: 1e-3, .init(.cosine, warmupFraction: 0.05))
        config.checkpointing.everySteps = 0
        // In this world pictures show things, and no thing is harmful by itself.
        config.examples.pictureAloneShare = 0.1
        config.examples.pictureHarmfulFrom = 4
        return config
    }
}

extension PolicyTrainingConfig {
    static func quickstart(_ algorithm: PolicyAlgorithm) -> PolicyTrainingConfig {
        var config = PolicyTrainingConfig(algorithm)
        config.rolloutSize = 64
        config.epochs = algorithm == .safeRLHFV ? 3 : 0.4
        config.sampling = .quickstart
        config.ppo.klCoefficient = 0.05
        config.ppo.updateIterations = 2
        // Responses are short: every token gets the whole outcome, and the critics only the baseline.
        config.ppo.gaeLambda = 1
        config.ppo.miniBatchSize = 32
        config.ppo.supervisedCoefficient = 0
        // Falling to zero: what is measured is where the policy came to rest, not where the last steps threw it.
        config.policyOptimizer = OptimizerConfig(learningRate: 3e-4, .init(algorithm == .safeRLHFV ? .cosine : .constant))
        config.criticOptimizer = OptimizerConfig(learningRate: 5e-4, .init(.constant))
        config.checkpointing.everySteps = 0
        config.shaping.multiplier = 0.1
        config.lagrange.costLimit = -2.65
        config.lagrange.initial = 1
        config.lagrange.bound = 1.3
        config.lagrange.learningRate = 0.02
        return config
    }
}

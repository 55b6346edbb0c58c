public import Alignment
public import ConfigFiles
import TorchNN
public import VisionLanguageModels

/// Which examples are made besides the rows' own.
public struct GuardExampleConfig: Codable, Equatable, Sendable {
    /// The share of examples that get the exchange of another example put before them, so that a guard learns to judge
    /// the last turn of a longer conversation.
    public var earlierTurnShare = 0.1
    /// The share of questions that are also shown as a picture without words. 0 makes none.
    public var pictureAloneShare = 0.0
    /// The code of `image_severity` from which such a picture counts as harmful by itself. What the codes mean is not
    /// published, so look at the data's histogram first.
    public var pictureHarmfulFrom = 1

    public init() {}

    func problems(_ path: String) -> [String] {
        [("earlierTurnShare", earlierTurnShare), ("pictureAloneShare", pictureAloneShare)]
            .filter { !(0...1 ~= $0.1) }.map { "\(path).\($0.0) must be in [0, 1], found \($0.1)" }
    }
}

/// Settings of the guard's training.
public struct GuardTrainingConfig: Codable, Equatable, Sendable, Checkable, LossTrainingConfig {
    /// What the guard reads; anything but everything is for comparison.
    public var reading = GuardReading.everything
    public var examples = GuardExampleConfig()
    public var loss = GuardLossConfig()
    /// Passes over the examples.
    public var epochs = 3.0
    /// Examples per step.
    public var batchSize = 16
    /// Longer examples are left out, and counted.
    public var maximumLength = 4096
    public var optimizer = OptimizerConfig(learningRate: 2e-5, LearningRateSchedule(.cosine))
    public var tuning = TuningConfig()
    public var dtype = WeightType.float32
    /// Compute activations again in the backward pass instead of keeping them: less memory, a third more work.
    public var gradientCheckpointing = false
    public var checkpointing = CheckpointingConfig()
    public var seed: UInt64 = 42

    public init() {}

    public func problems() -> [String] { loss.problems("loss") + examples.problems("examples") + loopProblems() }
}

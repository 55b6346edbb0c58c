/// Settings of a training that goes over examples and follows the gradient of a loss.
protocol LossTrainingConfig {
    /// Passes over the examples.
    var epochs: Double { get }
    /// Examples per step.
    var batchSize: Int { get }
    var optimizer: OptimizerConfig { get }
    var tuning: TuningConfig { get }
    var checkpointing: CheckpointingConfig { get }
}

extension LossTrainingConfig {
    /// What cannot be right about the settings that all of them have.
    func loopProblems() -> [String] {
        var problems = optimizer.problems("optimizer") + tuning.problems("tuning") + checkpointing.problems("checkpointing")
        if !(epochs > 0 && epochs <= 1e6) { problems.append("epochs must be > 0 and at most a million, found \(epochs)") }
        if batchSize < 1 { problems.append("batchSize must be ≥ 1, found \(batchSize)") }
        return problems
    }
}

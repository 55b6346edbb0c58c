import DurableFiles
import Foundation
public import Torch
public import TorchNN

/// How a model is trained: AdamW and the course of its learning rate.
public struct OptimizerConfig: Codable, Equatable, Sendable {
    public var adamW = AdamWConfig()
    public var schedule = LearningRateSchedule()

    public init() {}

    public init(learningRate: Double, _ schedule: LearningRateSchedule, weightDecay: Double = 0) {
        adamW.learningRate = learningRate
        adamW.weightDecay = weightDecay
        self.schedule = schedule
    }

    func problems(_ path: String) -> [String] {
        var problems: [String] = []
        if !(adamW.learningRate >= 0) { problems.append("\(path).adamW.learningRate must be ≥ 0, found \(adamW.learningRate)") }
        if !(0..<1 ~= schedule.warmupFraction) {
            problems.append("\(path).schedule.warmupFraction must be in [0, 1), found \(schedule.warmupFraction)")
        }
        return problems
    }
}

/// One model that learns: its trainable parameters, their optimiser, and its place in the schedule.
///
/// A step has two halves, so that several models can move together or not at all: `accumulate` computes gradients,
/// `apply` takes the step, `discard` forgets the gradients.
public final class Trainable {
    private let parameters: Parameters
    private let optimizer: AdamW
    private let schedule: LearningRateSchedule
    private let totalSteps: Int
    public private(set) var step = 0

    public init(_ parameters: Parameters, _ config: OptimizerConfig, totalSteps: Int) throws(TorchError) {
        self.parameters = parameters
        optimizer = try AdamW(parameters.trainable, config.adamW)
        schedule = config.schedule
        self.totalSteps = totalSteps
    }

    /// The learning rate that the next step will use.
    public var learningRate: Double {
        optimizer.config.learningRate * schedule.factor(step: step, of: totalSteps)
    }

    /// Adds the gradients of `loss`; returns the global norm of all that is accumulated.
    public func accumulate(_ loss: Tensor) throws(TorchError) -> Double {
        try loss.backward()
        return try optimizer.gradientNorm()
    }

    public func apply() throws(TorchError) {
        try optimizer.step(scheduleFactor: schedule.factor(step: step, of: totalSteps))
        step += 1
    }

    public func discard() throws(TorchError) { try optimizer.clearGradients() }
}

extension Trainable {
    /// Writes `<name>.safetensors` (what was trained) and `<name>.optimizer.safetensors`.
    func save(to folder: URL, as name: String) throws {
        try Safetensors.write(trained.members.map { ($0.name, $0.tensor) }, to: folder.appending(path: "\(name).safetensors"))
        try Safetensors.write(
            optimizer.state().map { ($0.name, $0.tensor) }, metadata: ["step": String(step)],
            to: folder.appending(path: "\(name).optimizer.safetensors"))
    }

    /// Continues exactly where `save` was called.
    func restore(from folder: URL, as name: String) throws {
        let weights = try SafetensorsFile(folder.appending(path: "\(name).safetensors"))
        let saved = Weights(FileWeights(weights), dtype: nil)
        for member in trained.members {
            try withoutGradient { try member.tensor.assign(saved.parameter(member.name, member.tensor.shape)) }
        }
        _ = try saved.finish()

        let state = try SafetensorsFile(folder.appending(path: "\(name).optimizer.safetensors"))
        try optimizer.restore(from: FileWeights(state))
        guard let step = state.metadata["step"].flatMap(Int.init) else {
            throw TrainingError.incompleteCheckpoint(folder: folder.path, missing: "\(name).optimizer.safetensors: step")
        }
        self.step = step
    }

    private var trained: Parameters { Parameters(parameters.trainable) }
}

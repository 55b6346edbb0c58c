import Foundation
import RunFolders
import Torch
import TorchNN

/// The loss of one batch, with a graph, and what else was measured on the way.
struct BatchLoss {
    let loss: Tensor
    let metrics: [String: Double]
}

/// The loop of the tasks whose step is one loss on one batch: the next rows, their loss, its gradient, and the step along
/// it, or its refusal.
final class LossLoop {
    let totalSteps: Int
    private(set) var state = TrainingState()

    private let trainable: Trainable
    private var order: DataOrder

    init(_ parameters: Parameters, _ optimizer: OptimizerConfig, _ order: DataOrder, epochs: Double) throws {
        self.order = order
        totalSteps = order.steps(inEpochs: epochs)
        trainable = try Trainable(parameters, optimizer, totalSteps: totalSteps)
    }

    /// - Parameter evaluate: the loss of the rows with these numbers.
    func advance(_ evaluate: ([Int]) throws -> BatchLoss) throws -> StepReport {
        guard !InterruptFlag.isRaised else { throw StepInterrupted() }
        let learningRate = trainable.learningRate
        let rows = order.rows(forStep: state.step)
        let batch = try evaluate(rows)
        let norm = try trainable.accumulate(batch.loss)
        let loss = try batch.loss.item()
        state.step += 1
        guard loss.isFinite, norm.isFinite else {
            try trainable.discard()
            return state.refused(StepRefusal(site: loss.isFinite ? "gradient" : "loss", items: rows))
        }
        try trainable.apply()
        let metrics = [
            "train/loss": loss, "train/epoch": Double(state.step) / Double(order.batchesPerEpoch),
            "optim/learning_rate": learningRate, "optim/gradient_norm": norm, "steps/refused": Double(state.refusedCount),
        ]
        return StepReport(metrics: metrics.merging(batch.metrics) { _, new in new })
    }

    /// Writes the model, its optimiser and the loop's place under `name`.
    func save(to folder: URL, as name: String) throws {
        try trainable.save(to: folder, as: name)
        try state.write(to: folder)
    }

    func restore(from folder: URL, as name: String) throws {
        try trainable.restore(from: folder, as: name)
        state = try TrainingState(readingFrom: folder)
    }
}

extension TrainingState {
    /// Counts a refusal, and tells of it.
    mutating func refused(_ refusal: StepRefusal) -> StepReport {
        refusedCount += 1
        return StepReport(metrics: ["steps/refused": Double(refusedCount), "steps/refused_now": 1], refusal: refusal)
    }
}

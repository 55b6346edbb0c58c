import Alignment
import Conversations
import Torch
import VisionLanguageModels

/// The supervised set whose loss is mixed into the policy's (PTX), batch after batch.
final class SupervisedMix {
    /// Batches already taken.
    var step = 0

    private let policy: PolicyReader
    private let samples: [EncodedSample]
    private var order: DataOrder
    private let padding: Int32

    init(_ config: PolicyTrainingConfig, _ policy: PolicyReader, _ processor: Processor, _ conversations: [Conversation]) throws {
        samples = try conversations.map {
            try stopIfAsked()
            return try processor.encode($0, addGenerationPrompt: false)
        }
        order = DataOrder(count: samples.count, batchSize: config.supervisedBatchSize, seed: config.seed &+ 1)
        (self.policy, padding) = (policy, processor.padding)
    }

    /// The loss of the next batch, with a graph.
    func nextLoss() throws -> Tensor {
        let rows = order.rows(forStep: step).map { samples[$0] }
        step += 1
        let batch = try TokenBatch(rows, padding: padding, features: policy.reader.features, on: policy.model.device)
        let prediction = try policy.model.predictions(for: batch)
        return try supervisedLoss(logits: prediction.logits, targets: prediction.targets)
    }
}

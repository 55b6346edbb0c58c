public import Conversations
import Torch
import Training
public import VisionLanguageModels

/// Scores whole conversations with a reward or cost model, in batches.
public struct ResponseScorer {
    private let model: ScoreModel
    private let processor: Processor
    private let features: PictureFeatures
    private let batchSize: Int

    public init(_ model: ScoreModel, _ processor: Processor, batchSize: Int = 64) {
        (self.model, self.processor, self.batchSize) = (model, processor, max(1, batchSize))
        features = PictureFeatures(model.trunk, processor, towerTrains: false)
    }

    /// One score per conversation, at the end of its last turn.
    public func scores(_ conversations: [Conversation]) throws -> [Double] {
        try withoutGradient {
            try stride(from: 0, to: conversations.count, by: batchSize).flatMap { start in
                let part = conversations[start..<min(start + batchSize, conversations.count)]
                let samples = try part.map { try processor.encode($0, addGenerationPrompt: false) }
                let batch = try TokenBatch(samples, padding: processor.padding, features: features, on: model.device)
                return try model.endScores(batch.inputs).values(as: Double.self)
            }
        }
    }
}

public import Conversations
import PreferenceData
import Torch
import Training
public import VisionLanguageModels

/// Lets a guard judge conversations, in batches: the last turn of each, by who speaks it.
public struct GuardClassifier {
    private let model: GuardModel
    private let processor: Processor
    private let features: PictureFeatures
    private let batchSize: Int

    /// - Parameter pictureMemory: bytes of pictures' features that may be kept.
    public init(_ model: GuardModel, _ processor: Processor, batchSize: Int = 64, pictureMemory: Int = 256 << 20) {
        (self.model, self.processor, self.batchSize) = (model, processor, max(1, batchSize))
        features = PictureFeatures(model.trunk, processor, towerTrains: false, cache: PictureCache(memoryBytes: pictureMemory))
    }

    public var settings: GuardSettings { model.settings }

    /// The longest input in tokens, pictures included.
    public var maximumTokens: Int { model.config.text.maximumPositions }

    /// The conversation as the guard reads it. Throws for what has no place in its template, or no size.
    public func encoded(_ conversation: Conversation) throws -> EncodedSample {
        try processor.encodeForGuard(conversation, model.settings.reading)
    }

    /// Logits of every sample.
    public func scores(_ samples: [EncodedSample]) throws -> [GuardScores] {
        try withoutGradient {
            try stride(from: 0, to: samples.count, by: batchSize).flatMap { start in
                let part = Array(samples[start..<min(start + batchSize, samples.count)])
                let batch = try TokenBatch(part, padding: processor.padding, features: features, on: model.device)
                return try model.scores(batch.inputs)
            }
        }
    }

    /// Logits of every conversation.
    public func scores(_ conversations: [Conversation]) throws -> [GuardScores] { try scores(conversations.map(encoded)) }

    /// Calibrated probabilities of every conversation.
    public func predictions(_ conversations: [Conversation]) throws -> [GuardPrediction] {
        try scores(conversations).map { $0.prediction(model.settings.temperatures) }
    }
}

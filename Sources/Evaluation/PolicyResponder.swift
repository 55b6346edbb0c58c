public import Conversations
public import Generation
import Torch
import Training
public import VisionLanguageModels

/// Lets a policy answer conversations, in batches.
public struct PolicyResponder {
    private let model: VisionLanguageModel
    private let processor: Processor
    private let features: PictureFeatures
    private let generator: Generator
    private let batchSize: Int
    private let seed: UInt64

    /// - Parameter seed: of the draws; the same seed gives the same answers.
    public init(
        _ model: VisionLanguageModel, _ processor: Processor, _ sampling: SamplingConfig, seed: UInt64, batchSize: Int = 64
    ) {
        (self.model, self.processor, self.seed, self.batchSize) = (model, processor, seed, max(1, batchSize))
        features = PictureFeatures(model.trunk, processor, towerTrains: false)
        generator = Generator(model, sampling, TokenDrawing(model.config, sampling, processor))
    }

    /// The text of one response per conversation.
    public func texts(_ conversations: [Conversation]) throws -> [String] {
        try responses(conversations).map { processor.text($0.tokens) }
    }

    /// The text of a response, without control tokens.
    public func text(_ response: GeneratedResponse) -> String { processor.text(response.tokens) }

    public func responses(_ conversations: [Conversation]) throws -> [GeneratedResponse] {
        try responses(conversations, using: RandomGenerator(seed: seed))
    }

    /// Responses to conversations, drawn with this seed instead of the responder's own.
    public func responses(_ conversations: [Conversation], seed: UInt64) throws -> [GeneratedResponse] {
        try responses(conversations, using: RandomGenerator(seed: seed))
    }

    private func responses(_ conversations: [Conversation], using random: RandomGenerator) throws -> [GeneratedResponse] {
        try stride(from: 0, to: conversations.count, by: batchSize).flatMap { start in
            let part = conversations[start..<min(start + batchSize, conversations.count)]
            let prompts = try part.map { conversation in
                let sample = try processor.encode(conversation, addGenerationPrompt: true)
                return GenerationPrompt(
                    tokens: sample.tokens, visionFeatures: try withoutGradient { try features.features(of: sample.images) })
            }
            return try generator.generate(prompts, using: random)
        }
    }
}

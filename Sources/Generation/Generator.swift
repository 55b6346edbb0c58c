public import Torch
import TorchNN
public import VisionLanguageModels

/// A prompt's ids, placeholders expanded, and its pictures' features in order.
public struct GenerationPrompt {
    public let tokens: [Int32]
    public let visionFeatures: [VisionFeatures]

    public init(tokens: [Int32], visionFeatures: [VisionFeatures]) {
        (self.tokens, self.visionFeatures) = (tokens, visionFeatures)
    }
}

/// Writes responses for a batch of prompts: token ids in, token ids out.
///
/// Prompts of different lengths are padded on the left, here and nowhere else; rows that are done leave the batch, so
/// they stop costing. A prompt's greedy response does not depend on the others in its batch.
public struct Generator {
    private let model: VisionLanguageModel
    private let config: SamplingConfig
    private let endTokens: [Int32]
    private let padding: Int32
    private let warping: LogitWarping

    public init(_ model: VisionLanguageModel, _ config: SamplingConfig, _ drawing: TokenDrawing) {
        (self.model, self.config) = (model, config)
        (endTokens, padding) = (drawing.endTokens, drawing.padding)
        warping = LogitWarping(config: config, forbidden: drawing.undrawable, endTokens: drawing.endTokens)
    }

    /// - Parameters:
    ///   - generator: on the CPU, where tokens are drawn.
    ///   - isCancelled: asked before every token; when true, what is written so far is returned.
    public func generate(
        _ prompts: [GenerationPrompt], using generator: RandomGenerator, isCancelled: () -> Bool = { false }
    ) throws -> [GeneratedResponse] {
        guard !prompts.isEmpty else { return [] }
        return try withoutGradient {
            var batch = try DecodingBatch(prompts, model, config, padding: padding)
            while !batch.isDone, batch.writtenCount < config.maximumNewTokens {
                guard !isCancelled() else {
                    batch.cancel()
                    break
                }
                let warped = try warping(model.logits(batch.states), written: batch.written, length: batch.writtenCount)
                let logProbs = try warped.to(.cpu).logSoftmax(dim: 1)
                try batch.requireNumbers(logProbs)
                let tokens = try draw(logProbs, generator)
                try batch.append(tokens, logProbs.gathered(tokens, dim: 1), endTokens)
                guard !batch.isDone, batch.writtenCount < config.maximumNewTokens else { break }
                try batch.advance(model)
            }
            return batch.responses
        }
    }

    /// One token per row of log-probabilities, `[B, 1]`.
    private func draw(_ logProbs: Tensor, _ generator: RandomGenerator) throws -> Tensor {
        config.isGreedy ? try logProbs.argmax(dim: 1).unsqueezed(1) : try logProbs.exp().sampled(using: generator)
    }
}

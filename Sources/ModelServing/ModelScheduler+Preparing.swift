import Generation
import ImageProcessing
import Tokenizers
import VisionLanguageModels

extension ModelScheduler {
    /// Words and pictures as numbers, and whether they fit; done by whoever asks, beside the model's work.
    public nonisolated func prepare(_ request: ServedRequest) throws(ServingError) -> PreparedRequest {
        let (tokens, pictures) = try encoded(request)
        let room = contextTokens - tokens.count
        let promptLimit = config.promptTokens > 0 ? min(config.promptTokens, contextTokens - 1) : contextTokens - 1
        guard tokens.count <= promptLimit else { throw .tooLong(tokens: tokens.count + 1, limit: promptLimit + 1) }
        let newTokens = request.maximumNewTokens ?? min(config.defaultNewTokens, room)
        guard newTokens <= room else { throw .tooLong(tokens: tokens.count + newTokens, limit: contextTokens) }
        guard request.choiceCount <= config.rows else {
            throw .tooManyChoices(found: request.choiceCount, limit: config.rows)
        }
        let prepared = PreparedRequest(
            promptTokens: tokens.count, tokens: tokens, pictures: pictures, rows: rowRequests(request, newTokens),
            stops: request.stops, tellsLogProbs: request.alternativeCount != nil)
        let bytes = prepared.rows.count * prepared.mostTokens * bytesPerToken
        guard bytes <= cacheLimit else { throw .tooLarge(bytes: bytes, limit: cacheLimit) }
        return prepared
    }

    private nonisolated func encoded(_ request: ServedRequest) throws(ServingError) -> ([Int32], [PictureInput]) {
        do {
            let sample = try processor.encode(request.conversation, addGenerationPrompt: true)
            return (sample.tokens, try sample.images.map(processor.pictureInput))
        } catch {
            throw .unreadable(reason: "\(error)")
        }
    }

    private nonisolated func rowRequests(_ request: ServedRequest, _ newTokens: Int) -> [RowRequest] {
        var sampling = SamplingConfig()
        (sampling.maximumNewTokens, sampling.temperature) = (newTokens, request.temperature)
        (sampling.topP, sampling.topK) = (request.topP, request.topK)
        return (0..<request.choiceCount).map { choice in
            RowRequest(
                sampling, seed: request.seed &+ UInt64(choice), alternativeCount: request.alternativeCount ?? 0)
        }
    }
}

extension PreparedRequest {
    /// Tokens that a row of it may come to have.
    var mostTokens: Int { promptTokens + (rows.map(\.sampling.maximumNewTokens).max() ?? 0) }
}

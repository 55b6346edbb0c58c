public import Conversations
import Foundation
import ImageProcessing
public import Tokenizers

/// Turns conversations and pictures into what a model of any family reads: template, tokens, placeholders, pixels.
public struct Processor: Sendable {
    public let tokenizer: Tokenizer
    /// Ids that end a response: the end of the sequence, and what the template writes after an answer.
    public let endTokens: [Int32]
    /// `nil` in a language model, which sees nothing.
    let pictures: (any PictureProcessor)?
    let config: any ModelConfig

    public init(_ tokenizer: Tokenizer, _ pictures: (any PictureProcessor)?, _ config: any ModelConfig) {
        var tokenizer = tokenizer
        // Folders differ in whether the tokenizer's own files name the placeholder; config.json always does.
        tokenizer.specialTokens.image = config.placeholderID.flatMap(tokenizer.token) ?? tokenizer.specialTokens.image
        self.tokenizer = tokenizer
        endTokens = (try? tokenizer.endOfTurnIDs()) ?? tokenizer.eosID.map { [$0] } ?? []
        (self.pictures, self.config) = (pictures, config)
    }

    /// What right padding is filled with; nothing depends on it.
    public var padding: Int32 { tokenizer.paddingID ?? tokenizer.eosID ?? 0 }

    /// - Parameter addGenerationPrompt: end with the header after which the assistant speaks.
    /// - Throws: `TokenizerError` when there is no template, or it does not give every picture a place; `ImageError`
    ///   where the number of places follows from a picture's size, and its file has none.
    public func encode(_ conversation: Conversation, addGenerationPrompt: Bool) throws -> EncodedSample {
        let images = conversation.images
        let places = try places(of: images)
        let encoded = try tokenizer.encode(conversation, addGenerationPrompt: addGenerationPrompt)
        var tokens: [Int32] = []
        tokens.reserveCapacity(encoded.tokens.count + places.reduce(0) { $0 + $1.count })
        var start = 0
        for (position, place) in zip(encoded.imageTokenPositions, places) {
            tokens += encoded.tokens[start..<position] + place
            start = position + 1
        }
        tokens += encoded.tokens[start...]
        // A place counts once before expansion and as often as it has tokens after it.
        func expanded(_ index: Int) -> Int {
            zip(encoded.imageTokenPositions, places).reduce(index) { $1.0 < index ? $0 + $1.1.count - 1 : $0 }
        }
        let response = encoded.responseRange
        return EncodedSample(
            tokens: tokens, responseRange: expanded(response.lowerBound)..<expanded(response.upperBound), images: images
        )
    }

    /// The picture as the tower reads it.
    ///
    /// - Throws: `ImageError` for bytes that are no picture, `ProcessorError.pictureSize` when the folder's picture
    ///   settings do not make pictures of the tower's size.
    public func pictureInput(_ image: EncodedImage) throws -> PictureInput {
        guard let pictures else { throw ProcessorError.seesNothing(pictures: 1) }
        return try pictures.input(Image.decode(image.bytes))
    }

    /// The text of generated ids, without control tokens.
    public func text(_ tokens: [Int32]) -> String {
        tokenizer.decode(tokens, skipSpecial: true).trimmingCharacters(in: .whitespaces)
    }

    /// The ids that take each picture's place.
    private func places(of images: [EncodedImage]) throws -> [[Int32]] {
        guard !images.isEmpty else { return [] }
        guard let pictures, let placeholderID = config.placeholderID else {
            throw ProcessorError.seesNothing(pictures: images.count)
        }
        guard tokenizer.imageID == placeholderID else { throw ProcessorError.unknownImageToken(placeholderID) }
        return try images.map { image in
            try pictures.tokens(pictures.layout(ImageHeader(of: image.bytes).uprightSize), tokenizer)
        }
    }
}

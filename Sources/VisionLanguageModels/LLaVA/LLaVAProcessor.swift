public import Conversations
import DurableFiles
public import Foundation
public import ImageProcessing
import StrictJSON
public import Tokenizers

/// A conversation as numbers, before any tensor: ids with placeholders expanded, and the pictures they stand for.
public struct EncodedSample: Sendable, Equatable {
    public var tokens: [Int32]
    /// The tokens that the assistant wrote last, its end token included; empty for a bare prompt.
    public var responseRange: Range<Int>
    /// In the order of their places.
    public var images: [EncodedImage]

    public init(tokens: [Int32], responseRange: Range<Int>, images: [EncodedImage]) {
        (self.tokens, self.responseRange, self.images) = (tokens, responseRange, images)
    }
}

/// Turns conversations and pictures into what a LLaVA model reads: template, tokens, placeholders, pixels.
public struct LLaVAProcessor: Sendable {
    public let tokenizer: Tokenizer
    private let imageProcessor: ImageProcessor
    private let imageTokenID: Int32
    private let featureCount: Int

    public init(_ tokenizer: Tokenizer, _ imageConfig: ImageProcessorConfig, _ config: LLaVAConfig) {
        self.tokenizer = tokenizer
        imageProcessor = ImageProcessor(imageConfig)
        (imageTokenID, featureCount) = (config.imageTokenID, config.featureCount)
    }

    /// What right padding is filled with; nothing depends on it.
    public var padding: Int32 { tokenizer.paddingID ?? tokenizer.eosID ?? 0 }

    /// Ids that end a response.
    public var endTokens: [Int32] { tokenizer.eosID.map { [$0] } ?? [] }

    /// - Parameter addGenerationPrompt: end with the header after which the assistant speaks.
    public func encode(_ conversation: Conversation, addGenerationPrompt: Bool) throws -> EncodedSample {
        let encoded = try tokenizer.encode(conversation, addGenerationPrompt: addGenerationPrompt)
        let images = conversation.images
        let places = encoded.tokens.count { $0 == imageTokenID }
        guard places == images.count else {
            throw ModelInputError.placeholderCount(found: places, features: images.count)
        }
        var tokens: [Int32] = []
        tokens.reserveCapacity(encoded.tokens.count + places * featureCount)
        for token in encoded.tokens {
            tokens += token == imageTokenID ? [Int32](repeating: token, count: featureCount) : [token]
        }
        let placesBefore = encoded.tokens.prefix(encoded.responseRange.lowerBound).count { $0 == imageTokenID }
        let shift = placesBefore * (featureCount - 1)
        return EncodedSample(
            tokens: tokens,
            responseRange: (encoded.responseRange.lowerBound + shift)..<(encoded.responseRange.upperBound + shift), images: images)
    }

    /// The picture as the tower reads it, `C × H × W`.
    public func pixelValues(of image: EncodedImage) throws -> PixelValues {
        try imageProcessor.process(Image.decode(image.bytes))
    }

    /// The text of generated ids, without control tokens.
    public func text(_ tokens: [Int32]) -> String { tokenizer.decode(tokens, skipSpecial: true).trimmingCharacters(in: .whitespaces) }
}

extension LLaVAProcessor {
    private static let imageFile = "preprocessor_config.json"
    private static let processorFile = "processor_config.json"

    /// Reads tokenizer, template and picture settings of a model folder.
    public init(readingFrom folder: URL) throws {
        let imageConfig = try ImageProcessorConfig(
            json: JSONValue(parsing: DurableFiles.read(folder.appending(path: Self.imageFile), limit: 1 << 20)))
        self.init(try Tokenizer(directory: folder), imageConfig, try LLaVAConfig(readingFrom: folder))
    }

    public func save(to folder: URL) throws {
        try tokenizer.save(to: folder)
        try DurableFiles.write(
            imageProcessor.config.json.serialized(pretty: true) + "\n", to: folder.appending(path: Self.imageFile))
        let processor: JSONValue = [
            "processor_class": "LlavaProcessor", "image_token": .string(tokenizer.token(of: imageTokenID) ?? "<image>"),
            "num_additional_image_tokens": 1, "vision_feature_select_strategy": "default",
        ]
        try DurableFiles.write(processor.serialized(pretty: true) + "\n", to: folder.appending(path: Self.processorFile))
    }
}

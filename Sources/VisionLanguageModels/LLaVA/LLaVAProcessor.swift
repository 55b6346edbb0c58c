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
    private let config: LLaVAConfig

    public init(_ tokenizer: Tokenizer, _ imageConfig: ImageProcessorConfig, _ config: LLaVAConfig) {
        self.tokenizer = tokenizer
        imageProcessor = ImageProcessor(imageConfig)
        self.config = config
    }

    /// What right padding is filled with; nothing depends on it.
    public var padding: Int32 { tokenizer.paddingID ?? tokenizer.eosID ?? 0 }

    /// Ids that end a response.
    public var endTokens: [Int32] { tokenizer.eosID.map { [$0] } ?? [] }

    /// - Parameter addGenerationPrompt: end with the header after which the assistant speaks.
    /// - Throws: `ProcessorError.unplacedPictures` when the template does not give every picture a place.
    public func encode(_ conversation: Conversation, addGenerationPrompt: Bool) throws -> EncodedSample {
        let encoded = try tokenizer.encode(conversation, addGenerationPrompt: addGenerationPrompt)
        let (images, featureCount, imageTokenID) = (conversation.images, config.featureCount, config.imageTokenID)
        let places = encoded.tokens.count { $0 == imageTokenID }
        guard places == images.count else {
            throw ProcessorError.unplacedPictures(places: places, pictures: images.count)
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
            responseRange: (encoded.responseRange.lowerBound + shift)..<(encoded.responseRange.upperBound + shift),
            images: images)
    }

    /// The picture as the tower reads it, `C × H × W`.
    ///
    /// - Throws: `ImageError` for bytes that are no picture, `ProcessorError.pictureSize` when the folder's picture
    ///   settings do not make pictures of the tower's size.
    public func pixelValues(of image: EncodedImage) throws -> PixelValues {
        let pixels = try imageProcessor.process(Image.decode(image.bytes))
        let vision = config.vision
        guard [pixels.channels, pixels.height, pixels.width] == [vision.channelCount, vision.imageSize, vision.imageSize] else {
            throw ProcessorError.pictureSize(
                found: [pixels.channels, pixels.height, pixels.width],
                expected: [vision.channelCount, vision.imageSize, vision.imageSize])
        }
        return pixels
    }

    /// The text of generated ids, without control tokens.
    public func text(_ tokens: [Int32]) -> String {
        tokenizer.decode(tokens, skipSpecial: true).trimmingCharacters(in: .whitespaces)
    }
}

extension LLaVAProcessor {
    private static let imageFile = "preprocessor_config.json"
    private static let processorFile = "processor_config.json"

    /// Reads tokenizer, template and picture settings of a model folder.
    public init(readingFrom folder: URL) throws {
        self.init(
            try Tokenizer(directory: folder), try ImageProcessorConfig(json: Self.imageSettings(folder)),
            try LLaVAConfig(readingFrom: folder))
    }

    /// Writes tokenizer, template and picture settings into a folder that exists, as transformers reads them.
    public func save(to folder: URL) throws {
        try tokenizer.save(to: folder)
        try Self.write(imageProcessor.config.json, to: folder.appending(path: Self.imageFile))
        try Self.write(json, to: folder.appending(path: Self.processorFile))
    }

    private var json: JSONValue {
        [
            "processor_class": "LlavaProcessor",
            "image_token": .string(tokenizer.token(of: config.imageTokenID) ?? "<image>"),
            "patch_size": .integer(Int64(config.vision.patchSize)), "num_additional_image_tokens": 1,
            "vision_feature_select_strategy": .string(config.dropsClassToken ? "default" : "full"),
        ]
    }

    /// Newer folders keep them inside the processor's file.
    private static func imageSettings(_ folder: URL) throws -> JSONValue {
        let processorFile = folder.appending(path: Self.processorFile)
        if FileManager.default.fileExists(atPath: processorFile.path) {
            let processor = try JSONValue(parsing: DurableFiles.read(processorFile, limit: 1 << 20))
            if let settings = processor["image_processor"] { return settings }
        }
        return try JSONValue(parsing: DurableFiles.read(folder.appending(path: imageFile), limit: 1 << 20))
    }

    private static func write(_ json: JSONValue, to file: URL) throws {
        try DurableFiles.write(json.serialized(pretty: true) + "\n", to: file)
    }
}

/// A conversation or picture that cannot be made into what the model reads.
public enum ProcessorError: Error, Equatable, CustomStringConvertible {
    /// The template wrote `places` placeholders for a conversation with `pictures` pictures.
    case unplacedPictures(places: Int, pictures: Int)
    /// Channels, height and width that the picture settings make, and those that the tower takes.
    case pictureSize(found: [Int], expected: [Int])

    public var description: String {
        switch self {
        case .unplacedPictures(let places, let pictures):
            "the chat template has \(places) places for the conversation's \(pictures) pictures: "
                + "use a template that writes the image token once for every picture"
        case .pictureSize(let found, let expected):
            "the picture settings make \(found) (channels, height, width), the vision tower takes \(expected): "
                + "check that preprocessor_config.json belongs to this config.json"
        }
    }
}

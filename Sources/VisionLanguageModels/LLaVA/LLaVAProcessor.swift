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
    /// Ids that end a response: the end of the sequence, and what the template writes after an answer.
    public let endTokens: [Int32]
    private let imageProcessor: ImageProcessor
    private let config: LLaVAConfig

    public init(_ tokenizer: Tokenizer, _ imageConfig: ImageProcessorConfig, _ config: LLaVAConfig) {
        var tokenizer = tokenizer
        // Folders differ in whether the tokenizer's own files name the placeholder; config.json always does.
        if let placeholder = tokenizer.token(of: config.imageTokenID) { tokenizer.specialTokens.image = placeholder }
        self.tokenizer = tokenizer
        endTokens = (try? tokenizer.endOfTurnIDs()) ?? tokenizer.eosID.map { [$0] } ?? []
        imageProcessor = ImageProcessor(imageConfig)
        self.config = config
    }

    /// What right padding is filled with; nothing depends on it.
    public var padding: Int32 { tokenizer.paddingID ?? tokenizer.eosID ?? 0 }

    /// - Parameter addGenerationPrompt: end with the header after which the assistant speaks.
    /// - Throws: `TokenizerError` when there is no template, or it does not give every picture a place.
    public func encode(_ conversation: Conversation, addGenerationPrompt: Bool) throws -> EncodedSample {
        let encoded = try tokenizer.encode(conversation, addGenerationPrompt: addGenerationPrompt)
        let (images, imageTokenID) = (conversation.images, config.imageTokenID)
        guard images.isEmpty || tokenizer.imageID == imageTokenID else {
            throw ProcessorError.unknownImageToken(imageTokenID)
        }
        var tokens: [Int32] = []
        tokens.reserveCapacity(encoded.tokens.count + images.count * config.featureCount)
        for token in encoded.tokens {
            tokens += repeatElement(token, count: token == imageTokenID ? config.featureCount : 1)
        }
        // A place counts once before expansion and N times after it.
        func expanded(_ index: Int) -> Int {
            index + encoded.imageTokenPositions.count { $0 < index } * (config.featureCount - 1)
        }
        let response = encoded.responseRange
        return EncodedSample(
            tokens: tokens, responseRange: expanded(response.lowerBound)..<expanded(response.upperBound), images: images
        )
    }

    /// The picture as the tower reads it, `C × H × W`.
    ///
    /// - Throws: `ImageError` for bytes that are no picture, `ProcessorError.pictureSize` when the folder's picture
    ///   settings do not make pictures of the tower's size.
    public func pixelValues(of image: EncodedImage) throws -> PixelValues {
        let pixels = try imageProcessor.process(Image.decode(image.bytes))
        let vision = config.vision
        guard
            [pixels.channels, pixels.height, pixels.width] == [vision.channelCount, vision.imageSize, vision.imageSize]
        else {
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
    /// The id that stands for a picture's patches is no token of the tokenizer.
    case unknownImageToken(Int32)
    /// Channels, height and width that the picture settings make, and those that the tower takes.
    case pictureSize(found: [Int], expected: [Int])

    public var description: String {
        switch self {
        case .unknownImageToken(let id):
            "config.json says that token \(id) stands for a picture, the tokenizer has no such token: "
                + "check that tokenizer.json belongs to this config.json"
        case .pictureSize(let found, let expected):
            "the picture settings make \(found) (channels, height, width), the vision tower takes \(expected): "
                + "check that preprocessor_config.json belongs to this config.json"
        }
    }
}

import ArgumentParser
import Conversations
import Foundation
import StrictJSON
import Tokenizers
import Torch
import VisionLanguageModels

struct ModelEncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "What a model would read: the ids of a conversation, placeholders expanded, and pixels.",
        discussion:
            "Example: safe-rlhf-v model encode --model runs/safe/model --image knife.png --prompt 'What is this?' --json"
    )

    @Option(help: "The model folder; its weights are not read.")
    var model: String

    @OptionGroup var shown: ConversationOptions

    @Option(help: "Write the pictures' pixels to this safetensors file, as pixel_values.")
    var pixels: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let processor = try Processor(readingFrom: URL(modelFolder: model))
        let conversation = try shown.conversation()
        let sample = try processor.encode(
            conversation, addGenerationPrompt: conversation.messages.last?.role != .assistant)
        let values = try processor.inputs(sample.images).pixelValues()
        if let pixels, let values { try Safetensors.write([("pixel_values", values)], to: URL(filePath: pixels)) }

        let imageTokens = processor.tokenizer.imageID.map { id in sample.tokens.count { $0 == id } } ?? 0
        let report: JSONValue = [
            "input_ids": JSONValue(sample.tokens),
            "image_token_count": .integer(Int64(sample.images.isEmpty ? 0 : imageTokens)),
            "image_count": .integer(Int64(sample.images.count)),
            "pixel_values_shape": values.map { JSONValue($0.shape) } ?? .null,
            "response_range": JSONValue([sample.responseRange.lowerBound, sample.responseRange.upperBound]),
        ]
        guard !json else { return print(report.serialized()) }
        print("tokens        \(sample.tokens.count): \(sample.tokens.map(String.init).joined(separator: " "))")
        print("pictures      \(sample.images.count), \(sample.images.isEmpty ? 0 : imageTokens) image tokens")
        if let values { print("pixel values  \(values.shape)") }
        print("response      \(sample.responseRange)")
    }
}

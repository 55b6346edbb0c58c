import ArgumentParser
import ConfigFiles
import Conversations
import Foundation
import StrictJSON
import Tokenizers
import Torch
import VisionLanguageModels

struct ModelLogitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits", abstract: "Logits at every position of a conversation, and the vision tower's features.",
        discussion: "Example: safe-rlhf-v model logits --model runs/safe/model --prompt 'Hello' --out hello.safetensors"
    )

    @OptionGroup var options: ModelOptions

    @OptionGroup var shown: ConversationOptions

    @Option(help: "A safetensors file whose pixel_values are used in place of the pictures' own.")
    var pixelValues: String?

    @Option(help: "The safetensors file to write: input_ids, logits, and vision_features when there are pictures.")
    var out: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let opened = try options.open()
        let conversation = try shown.conversation()
        let sample = try opened.processor.encode(
            conversation, addGenerationPrompt: conversation.messages.last?.role != .assistant)
        var pictures = try opened.processor.inputs(sample.images)
        if let pixelValues {
            pictures = try pictures.replaced(
                by: SafetensorsFile(URL(filePath: pixelValues)).tensor("pixel_values", dtype: .float32))
        }
        let features = try opened.visionFeatures(pictures)
        let logits = try opened.logits(sample.tokens, features)
        var tensors = [
            (name: "input_ids", tensor: try Tensor(sample.tokens, shape: [1, sample.tokens.count]).to(.int64)),
            (name: "logits", tensor: try logits.unsqueezed(0)),
        ]
        if let pixels = try pictures.pixelValues() { tensors.append((name: "pixel_values", tensor: pixels)) }
        if let features = try features.together() { tensors.append((name: "vision_features", tensor: features)) }
        try Safetensors.write(tensors, to: URL(filePath: out))
        let report: JSONValue = [
            "out": .string(out),
            "shapes": .object(JSONObject(tensors.map { ($0.name, JSONValue($0.tensor.shape)) })),
        ]
        guard !json else { return print(report.serialized()) }
        for (name, tensor) in tensors { print("\(name)  \(tensor.shape)") }
    }
}

struct ModelLogProbsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logprobs", abstract: "The log-probability of every token of a given response.",
        discussion: """
            Example: safe-rlhf-v model logprobs --model runs/safe/model --prompt 'Hello' --response 'Hi there.' --json
            The policy's own distribution, at temperature 1: log-softmax of the logits before each token, in float32.
            """)

    @OptionGroup var options: ModelOptions

    @OptionGroup var shown: ConversationOptions

    @Option(help: "What the model is to have said; absent when the messages end with the assistant.")
    var response: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        var conversation = try shown.conversation()
        if let response { conversation.messages.append(Message(role: .assistant, text: response)) }
        guard conversation.messages.last?.role == .assistant, conversation.messages.count > 1 else {
            throw ConfigError(
                origin: "the command line",
                problems: ["nothing to score: give --response, or messages that end with the assistant"])
        }
        let opened = try options.open()
        let sample = try opened.processor.encode(conversation, addGenerationPrompt: false)
        let features = try opened.visionFeatures(opened.processor.inputs(sample.images))
        let range = sample.responseRange
        let written = Array(sample.tokens[range])
        let logits = try opened.logits(sample.tokens, features).sliced(0, range.lowerBound - 1..<range.upperBound - 1)
        let targets = try Tensor(written, shape: [written.count, 1]).to(.int64)
        let logProbs = try logits.logSoftmax(dim: 1).gathered(targets, dim: 1).floats()
        let total = logProbs.reduce(0) { $0 + Double($1) }
        let report: JSONValue = [
            "token_ids": JSONValue(written), "logprobs": JSONValue(logProbs), "sum": .number(total),
            "response_range": JSONValue([range.lowerBound, range.upperBound]),
        ]
        guard !json else { return print(report.serialized()) }
        for (token, logProb) in zip(written, logProbs) {
            print(
                "\(token)\t\(logProb)\t\(opened.processor.tokenizer.decode([token], skipSpecial: false).debugDescription)"
            )
        }
        print("sum\t\(total)")
    }
}

import ArgumentParser
import ConfigFiles
import Conversations
import DurableFiles
import Evaluation
import Foundation
import Generation
import StrictJSON
import Torch
import VisionLanguageModels

/// Options of commands that let a policy speak.
struct SpeakingOptions: ParsableArguments {
    @Option(help: "The model folder.")
    var model: String

    @Option(name: .customLong("image"), help: "A PNG, JPEG or WebP file; may be given again.")
    var images: [String] = []

    @OptionGroup var drawing: SamplingOptions

    @Option(help: "Type of the weights while the model runs: float32, bfloat16 or float16.")
    var dtype = "float32"

    @Option(help: "cpu, cuda, cuda:1, or auto.")
    var device = "auto"

    /// The pictures, unread by anything but a size limit until they are decoded.
    func pictures() throws -> [ContentPart] {
        try images.map { .image(try EncodedImage(file: URL(filePath: $0))) }
    }

    /// - Parameter isGreedy: take the likeliest token, whatever the temperature.
    func responder(isGreedy: Bool = false, batchSize: Int = 1) throws -> PolicyResponder {
        guard let device = Device(name: device) else {
            throw ConfigError(
                origin: "--device", problems: ["found \(self.device), expected cpu, cuda, cuda:N or auto"])
        }
        let folder = URL(filePath: model)
        var sampling = try drawing.config
        if isGreedy { sampling.temperature = 0 }
        return PolicyResponder(
            try .load(folder, dtype: DType(option: dtype, "--dtype"), device: device),
            try Processor(readingFrom: folder), sampling,
            seed: drawing.seed, batchSize: batchSize)
    }
}

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Answer one question about pictures, or a file of conversations.",
        discussion: """
            Example: safe-rlhf-v generate --model runs/safe/model --image knife.png --prompt 'Where is this kept?'
            With --input every line of a JSONL file is an object with messages; with --json every answer is one line of JSON: \
            token_ids, text, logprobs, finish_reason.
            """)

    @OptionGroup var options: SpeakingOptions

    @Option(help: "What is asked.")
    var prompt: String?

    @Option(help: "A JSON file with a list of messages.")
    var messages: String?

    @Option(help: "A JSONL file; every line has messages.")
    var input: String?

    @Option(help: "Conversations that are answered together, for --input.")
    var batchSize = 8

    @Flag(help: "Take the likeliest token each time, whatever the temperature.")
    var greedy = false

    @Flag(help: "Print one line of JSON for every answer.")
    var json = false

    func validate() throws {
        guard [prompt, messages, input].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("give one of --prompt, --messages and --input")
        }
        guard input == nil || options.images.isEmpty else {
            throw ValidationError("--image belongs to --prompt or --messages; in --input every image part has a path")
        }
        guard batchSize > 0 else { throw ValidationError("--batch-size is a number above 0, found \(batchSize)") }
    }

    func run() throws {
        let conversations = try conversations()
        let responder = try options.responder(isGreedy: greedy, batchSize: input == nil ? 1 : batchSize)
        for response in try responder.responses(conversations) {
            let text = responder.text(response)
            print(json ? response.json(text).serialized() : text)
        }
    }

    private func conversations() throws -> [Conversation] {
        if let input { return try Self.lines(URL(filePath: input)) }
        let shown = ConversationOptions(images: options.images, prompt: prompt, messages: messages)
        return [try shown.conversation()]
    }

    private static func lines(_ file: URL) throws -> [Conversation] {
        let lines = try DurableFiles.read(file, limit: 256 << 20).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try lines.enumerated().filter { !$1.isEmpty }.map { index, line in
            do {
                let json = try JSONValue(parsing: Array(line))
                return try Conversation(messages: json["messages"] ?? .null, file: file)
            } catch let error as JSONError {
                throw MessagesError(file: file.path, place: "line \(index + 1)", reason: error.reason)
            } catch let error as MessagesError {
                throw MessagesError(file: file.path, place: "line \(index + 1), \(error.place)", reason: error.reason)
            }
        }
    }
}

extension GeneratedResponse {
    /// The response as one object, with its text.
    func json(_ text: String) -> JSONValue {
        [
            "token_ids": JSONValue(tokens), "text": .string(text), "logprobs": JSONValue(logProbs),
            "finish_reason": .string(finishReason.rawValue),
        ]
    }
}

import ArgumentParser
import ConfigFiles
import Conversations
import DurableFiles
import Evaluation
import Foundation
import Generation
import Torch
import VisionLanguageModels

/// Options of commands that let a policy speak.
struct SpeakingOptions: ParsableArguments {
    @Option(help: "The model folder.")
    var model: String

    @Option(name: .customLong("image"), help: "A PNG, JPEG or WebP file; may be given again.")
    var images: [String] = []

    @Option(help: "Longest response, in tokens.")
    var maximumNewTokens = 128

    @Option(help: "0 takes the likeliest token each time.")
    var temperature = 1.0

    @Option(help: "Keep the likeliest tokens whose probabilities add up to this.")
    var topP = 1.0

    @Option(help: "Keep this many of the likeliest tokens; 0 keeps all.")
    var topK = 0

    @Option(help: "Seed of the draws.")
    var seed: UInt64 = 42

    @Option(help: "cpu, cuda, cuda:1, or auto.")
    var device = "auto"

    var sampling: SamplingConfig {
        get throws {
            var config = SamplingConfig()
            (config.maximumNewTokens, config.temperature, config.topP, config.topK) = (maximumNewTokens, temperature, topP, topK)
            guard config.problems("sampling").isEmpty else {
                throw ConfigError(origin: "the command line", problems: config.problems("sampling"))
            }
            return config
        }
    }

    /// The pictures, unread by anything but a size limit until they are decoded.
    func pictures() throws -> [ContentPart] {
        try images.map { path in
            .image(EncodedImage(bytes: try DurableFiles.read(URL(filePath: path), limit: 10 << 20), path: path))
        }
    }

    func responder() throws -> PolicyResponder {
        guard let device = Device(name: device) else {
            throw ConfigError(origin: "--device", problems: ["found \(self.device), expected cpu, cuda, cuda:N or auto"])
        }
        let folder = URL(filePath: model)
        return PolicyResponder(
            try .load(folder, device: device), try Processor(readingFrom: folder), try sampling, seed: seed, batchSize: 1)
    }
}

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Answer one question about pictures.",
        discussion: "Example: safe-rlhf-v generate --model runs/safe/model --image knife.png --prompt 'Where is this kept?'")

    @OptionGroup var options: SpeakingOptions

    @Option(help: "What is asked.")
    var prompt: String

    func run() throws {
        let question = Message(role: .user, parts: try options.pictures() + [.text(prompt)])
        for text in try options.responder().texts([Conversation(messages: [question])]) { print(text) }
    }
}

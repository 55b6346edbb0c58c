import ConfigFiles
import Conversations
import DatasetBuilding
import Evaluation
import Foundation
import Generation
import Torch
import VisionLanguageModels

/// One of our checkpoints as a speaker; it answers one request at a time.
actor CheckpointSpeaker: Speaker {
    nonisolated let name: String
    private let responder: PolicyResponder
    private let processor: Processor

    init(name: String, folder: URL, maximumTokens: Int, temperature: Double, device: String) throws {
        guard let found = Device(name: device) else {
            throw ConfigError(origin: "--device", problems: ["found \(device), expected cpu, cuda, cuda:N or auto"])
        }
        var sampling = SamplingConfig()
        (sampling.maximumNewTokens, sampling.temperature) = (maximumTokens, temperature)
        self.name = name
        processor = try Processor(readingFrom: folder)
        responder = PolicyResponder(
            try .load(folder, dtype: .float32, device: found), try Processor(readingFrom: folder), sampling, seed: 0)
    }

    func answer(_ request: SpokenRequest) throws -> SpokenAnswer {
        let question = Message(role: .user, parts: [.image(request.image), .text(request.text)])
        let system = request.system.isEmpty ? [] : [Message(role: .system, text: request.system)]
        let conversation = Conversation(messages: system + [question])
        guard let response = try responder.responses([conversation], seed: request.seed).first else {
            throw BuildError.call(speaker: name, reason: "no response")
        }
        let text = responder.text(response)
        guard !text.allSatisfy(\.isWhitespace) else { throw BuildError.call(speaker: name, reason: "the response is empty") }
        return SpokenAnswer(
            text: text, promptTokens: try processor.encode(conversation, addGenerationPrompt: true).tokens.count,
            completionTokens: response.tokens.count)
    }
}

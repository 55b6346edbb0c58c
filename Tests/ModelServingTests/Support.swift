import Conversations
import Foundation
import Generation
import ImageProcessing
import ModelServing
import Torch
import VisionLanguageModels

/// A tiny checkpoint of one family, recorded by `Tests/Goldens/record_families.py`.
struct Family {
    static let withPictures = [
        "llava_llama3", "qwen2_vl", "qwen2_5_vl", "llava_next_vicuna", "llava_next_mistral", "smolvlm", "idefics3",
    ]
    static let all = withPictures + ["llama", "mistral", "qwen2", "smollm"]

    let folder: URL
    let seesPictures: Bool

    init(_ name: String) {
        Engine.threadCount = 1
        folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/families/\(name)")
        seesPictures = Self.withPictures.contains(name)
    }

    func scheduler(_ change: (inout ServingConfig) -> Void = { _ in }) throws -> ModelScheduler {
        var config = ServingConfig()
        change(&config)
        return try ModelScheduler(folder, config)
    }

    /// A picture and a text; two pictures of other sizes among texts; text alone.
    func conversations() throws -> [Conversation] {
        func image(_ width: Int, _ height: Int) throws -> [ContentPart] {
            guard seesPictures else { return [] }
            let pixels = (0..<(width * height * 3)).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / width * 13) }
            return [.image(EncodedImage(bytes: try Image(width: width, height: height, pixels: pixels).encodedPNG()))]
        }
        let turns: [[ContentPart]] = [
            try image(40, 20) + [.text("what is it?")],
            try [.text("first")] + image(9, 11) + [.text(" then")] + image(20, 60) + [.text("which is safe?")],
            [.text("how are you?")],
        ]
        return turns.map { Conversation(messages: [Message(role: .user, parts: $0)]) }
    }

    /// What `generate` says to a request alone.
    func alone(_ request: ServedRequest, newTokens: Int, choice: Int = 0) throws -> GeneratedResponse {
        let model = try VisionLanguageModel.load(folder)
        let processor = try Processor(readingFrom: folder)
        let sample = try processor.encode(request.conversation, addGenerationPrompt: true)
        let features = try withoutGradient { try model.trunk.visionFeatures(sample.images.map(processor.pictureInput)) }
        var sampling = SamplingConfig()
        (sampling.maximumNewTokens, sampling.temperature) = (newTokens, request.temperature)
        (sampling.topP, sampling.topK) = (request.topP, request.topK)
        return try Generator(model, sampling, TokenDrawing(model.config, sampling, processor)).generate(
            [GenerationPrompt(tokens: sample.tokens, visionFeatures: features)],
            using: RandomGenerator(seed: request.seed + UInt64(choice)))[0]
    }

    func text(_ response: GeneratedResponse) throws -> String {
        try Processor(readingFrom: folder).text(response.tokens)
    }
}

/// One choice, put together from its events.
struct Received: Equatable {
    var text = ""
    var pieces: [String] = []
    var tokens: [ServedToken] = []
    var reason: FinishReason?
    var tokenCount = 0
}

extension ModelScheduler {
    /// Everything that comes of a request.
    nonisolated func answer(_ request: ServedRequest) async throws -> [Received] {
        var choices = [Received](repeating: Received(), count: request.choiceCount)
        for try await event in try serve(prepare(request)) {
            switch event {
            case .piece(let index, let text, let tokens):
                choices[index].text += text
                choices[index].pieces.append(text)
                choices[index].tokens += tokens
            case .finished(let index, let reason, let count):
                (choices[index].reason, choices[index].tokenCount) = (reason, count)
            }
        }
        return choices
    }
}

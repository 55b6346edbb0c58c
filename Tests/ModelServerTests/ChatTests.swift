import Conversations
import Foundation
import Generation
import ModelServing
import NIOHTTP1
import StrictJSON
import TestPeers
import Testing
import Torch
import VisionLanguageModels

@Suite("Chat with a model", .serialized)
struct ChatTests {
    /// What `generate` says to one user turn alone.
    private func alone(
        _ family: String, _ parts: [ContentPart], newTokens: Int, temperature: Double = 0, seed: UInt64 = 0
    ) throws -> (text: String, response: GeneratedResponse) {
        let folder = Rig.folder(family)
        let (model, processor) = (try VisionLanguageModel.load(folder), try Processor(readingFrom: folder))
        let sample = try processor.encode(
            Conversation(messages: [Message(role: .user, parts: parts)]), addGenerationPrompt: true)
        var sampling = SamplingConfig()
        (sampling.maximumNewTokens, sampling.temperature) = (newTokens, temperature)
        let features = try withoutGradient { try model.trunk.visionFeatures(sample.images.map(processor.pictureInput)) }
        let response = try Generator(model, sampling, TokenDrawing(model.config, sampling, processor)).generate(
            [GenerationPrompt(tokens: sample.tokens, visionFeatures: features)], using: RandomGenerator(seed: seed))[0]
        return (processor.text(response.tokens), response)
    }

    @Test("answers as generate does: text, counts, reason")
    func plain() async throws {
        let expected = try alone("llava_llama3", [.text("how are you?")], newTokens: 8)
        try await Rig.run { rig in
            let answer = try await rig.chat()
            #expect(answer.status == 200 && answer.content == expected.text)
            #expect(answer.json["object"] == "chat.completion" && answer.json["model"] == "tiny")
            #expect(answer.choices.first?["finish_reason"]?.string == expected.response.finishReason.rawValue)
            #expect(answer.choices.first?["logprobs"] == .null)
            let usage = answer.json["usage"]
            #expect(usage?["completion_tokens"]?.integer == expected.response.tokens.count)
            #expect(usage?["total_tokens"]?.integer == (usage?["prompt_tokens"]?.integer ?? 0) + expected.response.tokens.count)
        }
    }

    @Test("sees one picture and several, and the first of two is not the second", arguments: ["llava_llama3", "qwen2_vl"])
    func pictures(family: String) async throws {
        let urls = [try pictureURL(40, 20), try pictureURL(9, 11)]
        func image(_ url: String) throws -> ContentPart {
            let data = try #require(Data(base64Encoded: String(url.dropFirst("data:image/png;base64,".count))))
            return .image(EncodedImage(bytes: Array(data)))
        }
        let one = try alone(family, [image(urls[0]), .text("what?")], newTokens: 16)
        let two = try alone(family, [image(urls[1]), .text("and"), image(urls[0])], newTokens: 16)
        try await Rig.run(family: family) { rig in
            let text: JSONValue = ["type": "text", "text": "what?"]
            let first = try await rig.chat(["max_tokens": 16], content: [picturePart(urls[0]), text])
            #expect(first.content == one.text)
            let second = try await rig.chat(
                ["max_tokens": 16], content: [picturePart(urls[1]), ["type": "text", "text": "and"], picturePart(urls[0])])
            #expect(second.content == two.text)
        }
    }

    @Test("draws the same with the same seed, whatever else runs, and n counts on from it")
    func seeds() async throws {
        let expected = try (0..<3).map {
            try alone("llava_llama3", [.text("how are you?")], newTokens: 12, temperature: 1.2, seed: 11 + UInt64($0)).text
        }
        try await Rig.run { rig in
            let drawn: JSONObject = ["temperature": 1.2, "seed": 11, "max_tokens": 12, "n": 3]
            let texts = try await withThrowingTaskGroup(of: [String].self) { group in
                for index in 0..<6 {
                    group.addTask {
                        _ = try await rig.chat(["max_tokens": .integer(Int64(3 + index))], content: "another")
                        return try await rig.chat(drawn).choices.compactMap { $0["message"]?["content"]?.string }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts == Array(repeating: expected, count: 6))
        }
    }

    @Test("streams what it answers whole, choice by choice")
    func streaming() async throws {
        try await Rig.run { rig in
            let wishes: JSONObject = ["temperature": 1.2, "seed": 5, "n": 2, "max_tokens": 20]
            let whole = try await rig.chat(wishes)
            var streamed = wishes
            (streamed["stream"], streamed["stream_options"]) = (true, ["include_usage": true])
            let stream = try await rig.chat(streamed)
            #expect(stream.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true)
            for index in 0..<2 {
                #expect(stream.streamed(index: index) == whole.choices[index]["message"]?["content"]?.string)
                #expect(stream.finishReason(index) == whole.choices[index]["finish_reason"]?.string)
            }
            #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
            #expect(Set(stream.events.map { $0["id"]?.string }).count == 1)
            #expect(stream.events.first?["choices"]?.array?.first?["delta"]?["role"] == "assistant")
            #expect(stream.events.last?["usage"] == whole.json["usage"])
            #expect(stream.events.last?["choices"] == [])
        }
    }

    @Test("tells log-probabilities of what it drew, the likeliest beside it")
    func logProbs() async throws {
        let expected = try alone("llava_llama3", [.text("how are you?")], newTokens: 8).response
        try await Rig.run { rig in
            let answer = try await rig.chat(["logprobs": true, "top_logprobs": 2])
            let tokens = try #require(answer.choices.first?["logprobs"]?["content"]?.array)
            #expect(tokens.count == expected.tokens.count - (expected.finishReason == .stop ? 1 : 0))
            // Float32 sums in another order.
            #expect(zip(tokens, expected.logProbs).allSatisfy { abs(($0["logprob"]?.number ?? 9) - Double($1)) < 1e-4 })
            #expect(tokens.allSatisfy { $0["top_logprobs"]?.array?.first?["token"] == $0["token"] })
            #expect(tokens.allSatisfy { $0["top_logprobs"]?.array?.count == 2 })
        }
    }

    @Test("stops before a stop text")
    func stops() async throws {
        try await Rig.run { rig in
            let whole = try #require(try await rig.chat(["max_tokens": 24]).content)
            let stop = String(Array(whole)[2...3])
            for streams in [false, true] {
                let answer = try await rig.chat(["max_tokens": 24, "stop": [.string(stop)], "stream": .bool(streams)])
                let text = streams ? answer.streamed() : answer.content ?? ""
                #expect(text == whole.prefix(upTo: whole.range(of: stop)!.lowerBound).trimmingCharacters(in: .whitespaces))
                #expect((streams ? answer.finishReason() : answer.choices.first?["finish_reason"]?.string) == "stop")
            }
        }
    }

    @Test("serves models, health, readiness and metrics")
    func others() async throws {
        try await Rig.run { rig in
            _ = try await rig.chat()
            #expect(try await rig.send(.GET, "/v1/models").json["data"]?.array?.first?["id"] == "tiny")
            #expect(try await rig.send(.GET, "/v1/models/tiny").json["object"] == "model")
            #expect(try await rig.send(.GET, "/v1/models/other").errorCode == "model_not_found")
            #expect(try await rig.send(.GET, "/health").text == "ok\n")
            #expect(try await rig.send(.GET, "/ready").text == "ready\n")
            let metrics = try await rig.send(.GET, "/metrics").text
            #expect(metrics.contains(#"model_requests_total{route="/v1/chat/completions",status="200"} 1"#))
            #expect(metrics.contains("model_cache_bytes 0") && metrics.contains("model_rows 0"))
            #expect(!metrics.contains("model_response_tokens_total 0"))
            #expect(try await rig.send(.GET, "/v1/chat/completions").status == 405)
            #expect(try await rig.send(.GET, "/v1//models").status == 404)
        }
    }
}

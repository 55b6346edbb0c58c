import Foundation
import Generation
import ModelServing
import StrictJSON

/// What all parts of one answer share, and their form on the wire.
struct ChatAnswers: Sendable {
    let id = "chatcmpl-" + UUID().uuidString.lowercased()
    let created = Int64(Date().timeIntervalSince1970)
    let modelName: String
    let promptTokens: Int
    let tellsLogProbs: Bool

    /// An answer that is complete.
    func whole(_ choices: [Choice]) -> JSONValue {
        [
            "id": .string(id), "object": "chat.completion", "created": .integer(created), "model": .string(modelName),
            "choices": .array(
                choices.enumerated().map { index, choice in
                    [
                        "index": .integer(Int64(index)),
                        "message": ["role": "assistant", "content": .string(choice.text), "refusal": .null],
                        "logprobs": logProbs(choice.tokens), "finish_reason": .string(choice.reason.rawValue),
                    ]
                }),
            "usage": usage(choices.reduce(0) { $0 + $1.tokenCount }),
        ]
    }

    /// A choice as it comes together.
    struct Choice: Sendable {
        var text = ""
        var tokens: [ServedToken] = []
        var reason = FinishReason.length
        var tokenCount = 0
    }

    func chunk(_ index: Int, _ delta: JSONObject, tokens: [ServedToken] = [], reason: FinishReason? = nil) -> JSONValue {
        frame([
            [
                "index": .integer(Int64(index)), "delta": .object(delta),
                "logprobs": tokens.isEmpty ? .null : logProbs(tokens),
                "finish_reason": reason.map { JSONValue.string($0.rawValue) } ?? .null,
            ]
        ])
    }

    func usageChunk(_ tokenCount: Int) -> JSONValue {
        var object = frame([]).object ?? [:]
        object["usage"] = usage(tokenCount)
        return .object(object)
    }

    private func frame(_ choices: [JSONValue]) -> JSONValue {
        [
            "id": .string(id), "object": "chat.completion.chunk", "created": .integer(created),
            "model": .string(modelName), "choices": .array(choices),
        ]
    }

    private func usage(_ tokenCount: Int) -> JSONValue {
        [
            "prompt_tokens": .integer(Int64(promptTokens)), "completion_tokens": .integer(Int64(tokenCount)),
            "total_tokens": .integer(Int64(promptTokens + tokenCount)),
        ]
    }

    private func logProbs(_ tokens: [ServedToken]) -> JSONValue {
        guard tellsLogProbs else { return .null }
        return [
            "content": .array(
                tokens.map { token in
                    var entry = Self.entry(token.text, token.logProb)
                    entry["top_logprobs"] = .array(token.alternatives.map { .object(Self.entry($0.text, $0.logProb)) })
                    return .object(entry)
                }),
            "refusal": .null,
        ]
    }

    private static func entry(_ text: String, _ logProb: Float) -> JSONObject {
        // note: a token that is only a part of a character has no text of its own, so its bytes are not told either
        let bytes: JSONValue = text.contains("\u{FFFD}") ? .null : .array(text.utf8.map { .integer(Int64($0)) })
        return ["token": .string(text), "logprob": .number(Double(logProb)), "bytes": bytes]
    }
}

import ChatServers
import Foundation
import StrictJSON

/// An upstream answer that is not streamed, or what all chunks of a streamed one share.
struct ChatAnswer: Sendable {
    var model: String
    var created: Int
    var choices: [ChatChoice]
    var usage: TokenUsage
    var fingerprint: JSONValue

    /// Reads an answer; at most `expected` choices with distinct indices below that.
    init(_ bytes: [UInt8], expected: Int, request: ChatRequest) throws(WireError) {
        guard let value = try? JSONValue(parsing: bytes, limits: JSONLimits(maximumBytes: .max)),
            let body = value.object
        else {
            throw .upstream("the upstream answer is not JSON")
        }
        guard let written = body["choices"]?.array, !written.isEmpty, written.count <= expected else {
            throw .upstream("the upstream answer has no choices, or more than were asked for")
        }
        choices = []
        for choice in written { choices.append(try ChatChoice(choice)) }
        choices.sort { $0.index < $1.index }
        guard choices.map(\.index) == Array(0..<choices.count) else {
            throw .upstream("the choices of the upstream answer are not numbered from 0")
        }
        model = Self.name(body["model"]) ?? request.model
        created = body["created"]?.integer ?? Int(Date().timeIntervalSince1970)
        usage = TokenUsage(body["usage"], answer: choices)
        fingerprint = Self.name(body["system_fingerprint"]).map(JSONValue.string) ?? .null
    }

    /// A name that cannot hold a sentence: nobody judges it.
    static func name(_ value: JSONValue?) -> String? {
        guard let name = value?.string, (1...128).contains(name.utf8.count) else { return nil }
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || Array("-_.:/@+".utf8).contains(byte)
        }
        return isPlain ? name : nil
    }
}

/// Token counts of an answer.
struct TokenUsage: Sendable, Equatable {
    var prompt = 0
    var completion = 0

    init(prompt: Int = 0, completion: Int = 0) {
        self.prompt = prompt
        self.completion = completion
    }

    /// The counts that the server gives; without them, one token for four bytes of the answer.
    init(_ value: JSONValue?, answer: [ChatChoice]) {
        let bytes = answer.reduce(0) { $0 + $1.text.utf8.count }
        prompt = Self.count(value?["prompt_tokens"]) ?? 0
        completion = Self.count(value?["completion_tokens"]) ?? (bytes + 3) / 4
    }

    private static func count(_ value: JSONValue?) -> Int? {
        value?.integer.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
    }

    static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(prompt: left.prompt + right.prompt, completion: left.completion + right.completion)
    }

    var json: JSONValue {
        [
            "prompt_tokens": .integer(Int64(prompt)), "completion_tokens": .integer(Int64(completion)),
            "total_tokens": .integer(Int64(prompt + completion)),
        ]
    }
}

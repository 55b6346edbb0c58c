import ChatServers
import StrictJSON

/// One choice of an upstream answer: only fields that are known and can be judged; the rest is dropped.
struct ChatChoice: Sendable, Equatable {
    var index: Int
    /// `role`, `content`, `refusal`, and what is there of reasoning and tool calls.
    var message: JSONObject
    var finishReason: String
    var logprobs: JSONValue

    /// Everything that it says, in every field.
    var text: String {
        let words = message.members.filter { $0.key != "role" }.flatMap { member in
            member.value.string.map { [$0] } ?? callStrings(member.value)
        }
        return (words + logprobWords).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// Names, arguments and ids; not the keys, which are ours.
    private func callStrings(_ value: JSONValue) -> [String] {
        let calls = value.array ?? (value.object == nil ? [] : [value])
        return calls.flatMap { call in
            [
                call["id"]?.string, call["name"]?.string, call["arguments"]?.string, call["function"]?["name"]?.string,
                call["function"]?["arguments"]?.string,
            ].compactMap { $0 }
        }
    }

    /// What log-probabilities spell: their tokens and alternatives can say what the answer does not.
    private var logprobWords: [String] {
        let tokens = (logprobs["content"]?.array ?? []) + (logprobs["refusal"]?.array ?? [])
        let alternatives = tokens.compactMap { $0["top_logprobs"]?.array }
        let most = alternatives.map(\.count).max() ?? 0
        let chosen = tokens.compactMap { $0["token"]?.string }.joined()
        // note: the k-th alternatives of all places, one after the other, read as the text that they spell
        let spelled = (0..<most).map { rank in
            alternatives.compactMap { rank < $0.count ? $0[rank]["token"]?.string : nil }.joined()
        }
        return chosen == message["content"]?.string ? spelled : [chosen] + spelled
    }

    /// The choice as an answer shows it.
    var json: JSONValue {
        [
            "index": .integer(Int64(index)), "message": .object(message), "logprobs": logprobs,
            "finish_reason": .string(finishReason),
        ]
    }

    /// A refusal in place of a choice.
    static func refusal(_ text: String, index: Int) -> ChatChoice {
        ChatChoice(
            index: index, message: ["role": "assistant", "content": .null, "refusal": .string(text)],
            finishReason: WireError.contentFilter, logprobs: .null)
    }
}

extension ChatChoice {
    static let finishReasons: Set<String> = ["stop", "length", "tool_calls", "content_filter", "function_call"]
    /// Text fields of messages and deltas.
    static let textFields = ["content", "refusal", "reasoning_content", "reasoning"]

    /// Reads a choice of an answer that is not streamed.
    init(_ value: JSONValue) throws(WireError) {
        guard let index = value["index"]?.integer, let message = value["message"]?.object else {
            throw .upstream("a choice of the upstream answer has no index or no message")
        }
        self.index = index
        self.message = try Self.message(message)
        let reason = value["finish_reason"]?.string ?? "stop"
        finishReason = Self.finishReasons.contains(reason) ? reason : "stop"
        logprobs = Self.logprobs(value["logprobs"])
    }

    private static func message(_ written: JSONObject) throws(WireError) -> JSONObject {
        var message: JSONObject = ["role": "assistant", "content": .null, "refusal": .null]
        for field in textFields {
            switch written[field] {
            case nil: break
            case .null: message[field] = .null
            case .string(let text): message[field] = .string(text)
            default: throw .upstream("the upstream answer's \(field) is not a text")
            }
        }
        if let calls = written["tool_calls"], !calls.isNull {
            guard let calls = calls.array else { throw .upstream("the upstream answer's tool_calls are not a list") }
            var read: [JSONValue] = []
            for call in calls { read.append(try toolCall(call)) }
            if !read.isEmpty { message["tool_calls"] = .array(read) }
        }
        if let call = written["function_call"], !call.isNull { message["function_call"] = try function(call) }
        return message
    }

    static func toolCall(_ call: JSONValue) throws(WireError) -> JSONValue {
        guard let id = call["id"]?.string, let function = call["function"] else {
            throw .upstream("a tool call of the upstream answer has no id or no function")
        }
        return ["id": .string(id), "type": "function", "function": try self.function(function)]
    }

    private static func function(_ value: JSONValue) throws(WireError) -> JSONValue {
        guard let name = value["name"]?.string, let arguments = value["arguments"]?.string else {
            throw .upstream("a function call of the upstream answer has no name or no arguments")
        }
        return ["name": .string(name), "arguments": .string(arguments)]
    }

    private static func logprobs(_ value: JSONValue?) -> JSONValue {
        guard let value = value?.object else { return .null }
        func tokens(_ key: String) -> JSONValue {
            guard let tokens = value[key]?.array else { return .null }
            return .array(
                tokens.compactMap { token in
                    guard var read = entry(token)?.object else { return nil }
                    read["top_logprobs"] = .array((token["top_logprobs"]?.array ?? []).compactMap(entry))
                    return .object(read)
                })
        }
        return ["content": tokens("content"), "refusal": tokens("refusal")]
    }

    private static func entry(_ value: JSONValue) -> JSONValue? {
        guard let token = value["token"]?.string, let logprob = value["logprob"]?.number else { return nil }
        // note: bytes are those of the token, which was judged, and not whatever stands there
        return [
            "token": .string(token), "logprob": .number(logprob),
            "bytes": .array(token.utf8.map { .integer(Int64($0)) }),
        ]
    }
}

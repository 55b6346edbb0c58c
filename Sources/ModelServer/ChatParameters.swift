import ChatServers
import Conversations
import HTTPTypes
import ModelServing
import StrictJSON

/// A chat request, understood.
struct ChatParameters: Sendable {
    var request: ServedRequest
    var isStreaming: Bool
    /// Whether a stream ends with a chunk of token counts.
    var includesUsage: Bool
}

/// Reads chat requests. What would change the answer and cannot be done is refused; keys that say nothing about the
/// answer are passed over.
struct ChatParametersReader: Sendable {
    let modelName: String
    let limits: LimitsConfig
    let pictures: PictureReader

    func read(_ value: JSONValue) async throws -> ChatParameters {
        guard let body = value.object else {
            throw WireError.badRequest("the body must be an object, found \(value.kind)")
        }
        try requireModel(body)
        try refuseWhatCannotBeDone(body)
        var request = ServedRequest(try await conversation(body))
        request.choiceCount = try body.integer("n", in: 1...limits.choices) ?? 1
        request.maximumNewTokens =
            try body.integer("max_completion_tokens", in: 1...1_000_000) ?? body.integer("max_tokens", in: 1...1_000_000)
        request.temperature = try number(body, "temperature", 0...2) ?? 1
        request.topP = try number(body, "top_p", 0...1) ?? 1
        guard request.topP > 0 else { throw WireError.badRequest("top_p must be above 0", param: "top_p") }
        // note: −1 and 0 both keep all, as clients of other servers write it
        request.topK = max(0, try body.integer("top_k", in: -1...1_000_000) ?? 0)
        request.seed = try seed(body) ?? UInt64.random(in: 0...UInt64(Int64.max))
        request.stops = try stops(body)
        request.alternativeCount = try alternatives(body)
        return ChatParameters(
            request: request, isStreaming: try body.flag("stream"), includesUsage: try body.includesUsage())
    }

    // MARK: - Parameters

    private func requireModel(_ body: JSONObject) throws {
        guard let model = body["model"]?.string else { throw WireError.badRequest("model must be a text", param: "model") }
        guard model == modelName else {
            throw WireError(
                status: .notFound, message: "there is no such model here: /v1/models lists what there is",
                type: "invalid_request_error", param: "model", code: "model_not_found")
        }
    }

    private func refuseWhatCannotBeDone(_ body: JSONObject) throws {
        func refuse(_ key: String, unless isNeutral: (JSONValue) -> Bool) throws {
            guard let value = body[key], !value.isNull, !isNeutral(value) else { return }
            throw WireError.badRequest("this server cannot do \(key)", param: key, code: "unsupported_parameter")
        }
        for key in ["tools", "functions"] { try refuse(key) { $0.array?.isEmpty == true } }
        for key in ["frequency_penalty", "presence_penalty"] { try refuse(key) { $0.number == 0 } }
        try refuse("logit_bias") { $0.object?.members.isEmpty == true }
        try refuse("response_format") { $0["type"]?.string == "text" }
        try refuse("modalities") { $0.array?.allSatisfy { $0.string == "text" } == true }
        try refuse("audio") { _ in false }
        try refuse("tool_choice") { $0.string == "none" || $0.string == "auto" }
    }

    private func number(_ body: JSONObject, _ key: String, _ range: ClosedRange<Double>) throws -> Double? {
        guard let value = body[key], !value.isNull else { return nil }
        guard let number = value.number, range.contains(number) else {
            throw WireError.badRequest(
                "\(key) must be a number from \(range.lowerBound) to \(range.upperBound)", param: key)
        }
        return number
    }

    private func seed(_ body: JSONObject) throws -> UInt64? {
        guard let value = body["seed"], !value.isNull else { return nil }
        guard let seed = value.integer else { throw WireError.badRequest("seed must be an integer", param: "seed") }
        return UInt64(truncatingIfNeeded: seed)
    }

    private func stops(_ body: JSONObject) throws -> [String] {
        let texts: [String?]
        switch body["stop"] {
        case nil, .null: return []
        case .string(let text): texts = [text]
        case .array(let elements): texts = elements.map(\.string)
        default: texts = [nil]
        }
        let stops = texts.compactMap { $0 }
        guard stops.count == texts.count, stops.count <= 4, stops.allSatisfy({ (1...256).contains($0.utf8.count) }) else {
            throw WireError.badRequest(
                "stop must be a text or a list of at most 4 texts of 1 to 256 bytes", param: "stop")
        }
        return stops
    }

    private func alternatives(_ body: JSONObject) throws -> Int? {
        let count = try body.integer("top_logprobs", in: 0...20)
        guard try body.flag("logprobs") else {
            if let count, count > 0 {
                throw WireError.badRequest("top_logprobs needs logprobs: true", param: "top_logprobs")
            }
            return nil
        }
        return count ?? 0
    }

    // MARK: - Messages

    private func conversation(_ body: JSONObject) async throws -> Conversation {
        guard let elements = body["messages"]?.array, !elements.isEmpty else {
            throw WireError.badRequest("messages must be a list with at least one message", param: "messages")
        }
        guard elements.count <= limits.messages else {
            throw WireError.badRequest(
                "\(elements.count) messages, more than the \(limits.messages) allowed", param: "messages")
        }
        var messages: [Message] = []
        for (index, element) in elements.enumerated() {
            messages.append(try await message(element, "messages[\(index)]", messages.reduce(0) { $0 + $1.images.count }))
        }
        return Conversation(messages: messages)
    }

    private func message(_ value: JSONValue, _ path: String, _ imageCount: Int) async throws -> Message {
        guard let message = value.object else { throw WireError.badRequest("\(path) must be an object", param: path) }
        let role: Role
        switch message["role"]?.string {
        case "system", "developer": role = .system
        case "user": role = .user
        case "assistant": role = .assistant
        default:
            throw WireError.badRequest(
                "\(path).role must be system, developer, user or assistant", param: path + ".role")
        }
        var parts: [ContentPart] = []
        switch message["content"] {
        case .string(let text): parts = [.text(text)]
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                let images = imageCount + parts.count { if case .image = $0 { true } else { false } }
                parts.append(try await part(element, "\(path).content[\(index)]", images))
            }
        default:
            throw WireError.badRequest("\(path).content must be a text or a list of parts", param: path + ".content")
        }
        let read = Message(role: role, parts: parts)
        guard read.text.utf8.count <= limits.textBytesPerMessage else {
            throw WireError.tooLarge(
                "\(path) has \(read.text.utf8.count) bytes of text, more than the \(limits.textBytesPerMessage) allowed")
        }
        return read
    }

    private func part(_ value: JSONValue, _ path: String, _ imageCount: Int) async throws -> ContentPart {
        switch value["type"]?.string {
        case let type? where type == "text" || type == "refusal":
            guard let text = value[type]?.string else {
                throw WireError.badRequest("\(path).\(type) must be a text", param: path)
            }
            return .text(text)
        case "image_url":
            guard let url = value["image_url"]?["url"]?.string else {
                throw WireError.badRequest("\(path).image_url must be an object with a url", param: path)
            }
            guard imageCount < limits.images else {
                throw WireError.badRequest("more than the \(limits.images) pictures allowed", param: path)
            }
            return .image(try await pictures.picture(at: url, param: path + ".image_url.url"))
        default:
            throw WireError.badRequest(
                "\(path).type must be text or image_url", param: path + ".type", code: "unsupported_content")
        }
    }
}

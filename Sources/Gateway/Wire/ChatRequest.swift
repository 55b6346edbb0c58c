import ChatServers
import Conversations
import Guardrails
import StrictJSON

/// A chat request, understood: what is forwarded and what is judged are made from the same structure.
struct ChatRequest: Sendable {
    /// What goes upstream, without `stream` and `moderation`; pictures are the ones that were judged.
    var forwarded: JSONObject
    /// Everything in it that reaches the model, of every role; tool definitions and other texts outside of the messages
    /// are a system turn before them.
    var turns: [Turn]
    var model: String
    /// Answers asked for, `n`.
    var choiceCount: Int
    var isStreaming: Bool
    /// Whether a stream ends with a chunk of token counts.
    var includesUsage: Bool
    /// What the request itself wants to be told about moderation.
    var moderation: ModerationWish?
    /// The seed that retries are counted on from.
    var seed: UInt64

    /// OpenAI's native `moderation` object of a request.
    struct ModerationWish: Sendable, Equatable {
        enum Mode: String { case score, block }
        var model: String
        var input: Mode
        var output: Mode
    }

    /// The request for all choices at once.
    func body(isStreaming: Bool) -> [UInt8] {
        var object = forwarded
        object["stream"] = .bool(isStreaming)
        object["stream_options"] = isStreaming ? ["include_usage": true] : nil
        return JSONValue.object(object).serializedBytes()
    }

    /// The request for one choice again, told why.
    func body(retry round: GenerationRound) -> [UInt8] {
        var object = forwarded
        object["stream"] = false
        object["stream_options"] = nil
        object["n"] = nil
        object["seed"] = .integer(Int64(truncatingIfNeeded: round.seed(base: seed) & 0x7FFF_FFFF))
        if let hint = round.hint { object["messages"] = messages(informedBy: hint) }
        return JSONValue.object(object).serializedBytes()
    }

    /// The messages with a hint among the instructions; joined to those that are there, since many templates take only one
    /// system turn, and only first.
    private func messages(informedBy hint: String) -> JSONValue {
        var messages = forwarded["messages"]?.array ?? []
        if var first = messages.first?.object, ["system", "developer"].contains(first["role"]?.string ?? ""),
            let instructions = first["content"]?.string
        {
            first["content"] = .string(instructions + "\n\n" + hint)
            messages[0] = .object(first)
        } else {
            messages.insert(["role": "system", "content": .string(hint)], at: 0)
        }
        return .array(messages)
    }
}

/// Reads chat requests, within limits; what cannot be judged is refused.
struct ChatRequestReader: Sendable {
    let limits: LimitsConfig
    let pictures: PictureReader

    func read(_ value: JSONValue) async throws -> ChatRequest {
        guard let body = value.object else {
            throw WireError.badRequest("the body must be an object, found \(value.kind)")
        }
        let model = try text(body, "model")
        // note: 2.0 is read too; what goes on is written as 2
        let choiceCount = try body.integer("n", in: 1...limits.choices) ?? 1
        let isStreaming = try body.flag("stream")
        let wish = try moderation(body)
        try refuseSpeech(body)

        var forwarded = body.filtered { !["moderation", "stream", "stream_options"].contains($0) }
        guard let messages = body["messages"]?.array, !messages.isEmpty else {
            throw WireError.badRequest("messages must be a list with at least one message", param: "messages")
        }
        guard messages.count <= limits.messages else {
            throw WireError.badRequest(
                "\(messages.count) messages, more than the \(limits.messages) allowed", param: "messages")
        }
        var turns = surroundings(body)
        var canonical: [JSONValue] = []
        var imageCount = 0
        for (index, message) in messages.enumerated() {
            let read = try await self.message(message, "messages[\(index)]", &imageCount)
            canonical.append(read.json)
            turns.append(read.turn)
        }
        forwarded["messages"] = .array(canonical)
        if forwarded["n"] != nil { forwarded["n"] = .integer(Int64(choiceCount)) }
        let seed =
            body["seed"]?.integer.map { UInt64(truncatingIfNeeded: $0) } ?? UInt64.random(in: 1...UInt64(Int32.max))
        return ChatRequest(
            forwarded: forwarded, turns: turns, model: model, choiceCount: choiceCount, isStreaming: isStreaming,
            includesUsage: try body.includesUsage(), moderation: wish, seed: seed)
    }

    // MARK: - Parameters

    private func text(_ body: JSONObject, _ key: String) throws -> String {
        guard let value = body[key]?.string, !value.isEmpty else {
            throw WireError.badRequest("\(key) must be a text", param: key)
        }
        return value
    }

    private func refuseSpeech(_ body: JSONObject) throws {
        let modalities = body["modalities"]?.array ?? []
        guard modalities.allSatisfy({ $0.string == "text" }), body["audio"]?.isNull ?? true else {
            throw WireError.badRequest(
                "answers other than text cannot be judged: leave out modalities and audio", param: "modalities",
                code: "unsupported_modality")
        }
    }

    private func moderation(_ body: JSONObject) throws -> ChatRequest.ModerationWish? {
        guard let value = body["moderation"], !value.isNull else { return nil }
        guard let object = value.object else {
            throw WireError.badRequest("moderation must be an object", param: "moderation")
        }
        func mode(_ side: String) throws -> ChatRequest.ModerationWish.Mode {
            guard let policy = object["policy"], !policy.isNull else { return .score }
            guard let policy = policy.object else {
                throw WireError.badRequest("moderation.policy must be an object", param: "moderation.policy")
            }
            guard let side = policy[side], !side.isNull else { return .score }
            guard let mode = side["mode"]?.string.flatMap(ChatRequest.ModerationWish.Mode.init) else {
                throw WireError.badRequest(
                    "moderation.policy.….mode must be score or block", param: "moderation.policy")
            }
            return mode
        }
        return try ChatRequest.ModerationWish(
            model: object["model"]?.string ?? ModerationRequest.defaultModel, input: mode("input"),
            output: mode("output"))
    }

    /// Parameters that are settings, no words for the model.
    private static let settings: Set<String> = [
        "messages", "model", "moderation", "stream", "stream_options", "user", "safety_identifier", "prompt_cache_key",
        "service_tier", "reasoning_effort", "verbosity", "logit_bias", "modalities",
    ]

    /// The words outside of the messages (tool definitions, response formats, predictions, unknown keys) as a turn.
    private func surroundings(_ body: JSONObject) -> [Turn] {
        let words = body.members.filter { !Self.settings.contains($0.key) }.flatMap { $0.value.strings }
        return words.isEmpty ? [] : [Turn(.system, text: words.joined(separator: "\n"))]
    }

    // MARK: - Messages

    private func message(_ value: JSONValue, _ path: String, _ imageCount: inout Int) async throws -> (
        json: JSONValue, turn: Turn
    ) {
        guard var message = value.object else { throw WireError.badRequest("\(path) must be an object", param: path) }
        guard let speaker = message["role"]?.string.flatMap(Speaker.init) else {
            let known = Speaker.allCases.map(\.rawValue).joined(separator: ", ")
            throw WireError.badRequest("\(path).role must be one of \(known)", param: path + ".role")
        }
        var parts: [ContentPart] = []
        switch message["content"] {
        case nil, .null: break
        case .string(let text): parts = [.text(text)]
        case .array(let elements):
            var canonical: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                let read = try await part(element, "\(path).content[\(index)]", &imageCount)
                canonical.append(read.json)
                parts += read.parts
            }
            message["content"] = .array(canonical)
        case .some(let other):
            throw WireError.badRequest(
                "\(path).content must be a text or a list of parts, found \(other.kind)", param: path + ".content")
        }
        guard message["audio"]?.isNull ?? true else {
            throw WireError.badRequest("\(path).audio cannot be judged", param: path, code: "unsupported_modality")
        }
        let rest = message.members.filter { !["role", "content"].contains($0.key) }.flatMap { $0.value.strings }
        if !rest.isEmpty { parts.append(.text("\n" + rest.joined(separator: "\n"))) }

        let turn = Turn(speaker, parts)
        let byteCount = turn.text.utf8.count
        guard byteCount <= limits.textBytesPerMessage else {
            throw WireError.tooLarge(
                "\(path) has \(byteCount) bytes of text, more than the \(limits.textBytesPerMessage) allowed")
        }
        return (.object(message), turn)
    }

    private func part(_ value: JSONValue, _ path: String, _ imageCount: inout Int) async throws -> (
        json: JSONValue, parts: [ContentPart]
    ) {
        guard var part = value.object, let type = part["type"]?.string else {
            throw WireError.badRequest("\(path) must be an object with a type", param: path)
        }
        let words: ContentPart?
        switch type {
        case "text", "refusal":
            guard let text = part[type]?.string else {
                throw WireError.badRequest("\(path).\(type) must be a text", param: path)
            }
            words = .text(text)
        case "image_url":
            guard var image = part["image_url"]?.object, let url = image["url"]?.string else {
                throw WireError.badRequest("\(path).image_url must be an object with a url", param: path)
            }
            imageCount += 1
            guard imageCount <= limits.images else {
                throw WireError.badRequest("more than the \(limits.images) pictures allowed", param: path)
            }
            let picture = try await pictures.picture(at: url, param: path + ".image_url.url")
            image["url"] = .string(picture.dataURL)
            part["image_url"] = .object(image.filtered { ["url", "detail"].contains($0) })
            words = .image(picture)
        default:
            throw WireError.badRequest(
                "\(path).type must be text or image_url: a part of type \(type.prefix(40)) cannot be judged",
                param: path + ".type", code: "unsupported_content")
        }
        let rest = part.members.filter { !["type", "text", "refusal", "image_url"].contains($0.key) }.flatMap {
            $0.value.strings
        }
        return (
            .object(part),
            [words].compactMap { $0 } + (rest.isEmpty ? [] : [.text("\n" + rest.joined(separator: "\n"))])
        )
    }
}

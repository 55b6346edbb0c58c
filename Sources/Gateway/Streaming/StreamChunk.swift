import ChatServers
import StrictJSON

/// One chunk of an upstream stream: only what is known and can be judged.
struct StreamChunk: Sendable {
    struct Delta: Sendable {
        var index: Int
        var pieces: [StreamGate.Piece]
        /// Parts of tool calls, as written.
        var toolCalls: [JSONValue]
        var finishReason: String?
    }

    var model: String?
    var deltas: [Delta]
    var usage: JSONValue?

    init(_ bytes: [UInt8], choiceCount: Int) throws(WireError) {
        guard let value = try? JSONValue(parsing: bytes), let body = value.object else {
            throw .upstream("an event of the upstream stream is not JSON")
        }
        guard body["error"] == nil else { throw .upstream("the upstream server reported an error in its stream") }
        guard let choices = body["choices"]?.array else {
            throw .upstream("an event of the upstream stream has no choices")
        }
        model = ChatAnswer.name(body["model"])
        usage = body["usage"].flatMap { $0.isNull ? nil : $0 }
        deltas = []
        for choice in choices {
            guard let index = choice["index"]?.integer, (0..<choiceCount).contains(index),
                let delta = choice["delta"]?.object
            else {
                throw .upstream("a choice of the upstream stream has no delta, or an index that was not asked for")
            }
            var pieces: [StreamGate.Piece] = []
            for field in ChatChoice.textFields {
                switch delta[field] {
                case nil, .null: break
                case .string(let text): pieces.append(.init(field: field, text: text))
                default: throw .upstream("the upstream stream's \(field) is not a text")
                }
            }
            let reason = choice["finish_reason"]?.string
            deltas.append(
                Delta(
                    index: index, pieces: pieces, toolCalls: delta["tool_calls"]?.array ?? [],
                    finishReason: reason.map { ChatChoice.finishReasons.contains($0) ? $0 : "stop" }))
        }
    }
}

/// Tool calls put together from the parts in which a stream sends them. They are judged and sent whole.
struct ToolCallParts: Sendable {
    private var calls: [(index: Int, id: String, name: String, arguments: String)] = []
    private var byteCount = 0

    mutating func append(_ part: JSONValue, maximumBytes: Int) throws(WireError) {
        guard let index = part["index"]?.integer, (0..<128).contains(index) else {
            throw .upstream("a tool call of the upstream stream has no index")
        }
        if !calls.contains(where: { $0.index == index }) { calls.append((index, "", "", "")) }
        guard let place = calls.firstIndex(where: { $0.index == index }) else { return }
        let added = (
            part["id"]?.string ?? "", part["function"]?["name"]?.string ?? "",
            part["function"]?["arguments"]?.string ?? ""
        )
        byteCount += added.0.utf8.count + added.1.utf8.count + added.2.utf8.count
        guard byteCount <= maximumBytes else { throw .upstream("the upstream answer is too long") }
        calls[place].id += added.0
        calls[place].name += added.1
        calls[place].arguments += added.2
    }

    var isEmpty: Bool { calls.isEmpty }

    var json: [JSONValue] {
        calls.map { call in
            [
                "index": .integer(Int64(call.index)), "id": .string(call.id), "type": "function",
                "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
            ]
        }
    }

    /// Everything they say.
    var text: String { calls.map { [$0.id, $0.name, $0.arguments].joined(separator: "\n") }.joined(separator: "\n") }
}

import ChatServers
import Foundation
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
import ServiceLifecycle
import StrictJSON
import Synchronization

/// How the stand-in for a model server answers.
public struct MockUpstreamConfig: Sendable {
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port = 8000
    /// What it says; `{echo}` becomes the last user turn's words, `{round}` the number of answers to this prompt so far.
    public var answers = ["You said: {echo}"]
    public var delaySeconds = 0.0
    /// Characters of one streamed piece.
    public var pieceLength = 4

    public init() {}
}

/// A server that answers chat requests without a model: it echoes, or says its answers one after the other. For tests,
/// demonstrations, and measuring what stands in front of it.
public final class MockUpstream: Sendable {
    private let config: MockUpstreamConfig
    private let state = Mutex((count: 0, bodies: [[UInt8]](), traces: [String]()))
    /// Whether bodies are kept; off in long runs.
    private let remembers: Bool

    public init(_ config: MockUpstreamConfig = MockUpstreamConfig(), remembers: Bool = false) {
        self.config = config
        self.remembers = remembers
    }

    /// The bodies of all chat requests so far.
    public var bodies: [[UInt8]] { state.withLock { $0.bodies } }
    /// `traceparent` and `tracestate` of all chat requests so far, with a space between them.
    public var traces: [String] { state.withLock { $0.traces } }
    /// How many chat requests there were.
    public var callCount: Int { state.withLock { $0.count } }

    /// Serves until the task is cancelled or the program is told to end.
    public func run(logger: Logger, onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(to: request) },
            configuration: ApplicationConfiguration(address: .hostname(config.host, port: config.port), backlog: 1024),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.runService()
    }

    private func respond(to request: Request) async throws -> Response {
        switch (request.method, request.uri.path) {
        case (.get, "/v1/models"):
            return .json([
                "object": "list",
                "data": [["id": "mock", "object": "model", "created": 0, "owned_by": "mock-upstream"]],
            ])
        case (.post, "/v1/chat/completions"):
            let bytes = Array(try await request.body.collect(upTo: 64 << 20).readableBytesView)
            return try await chat(bytes, trace: Self.trace(request))
        default: return Response(status: .notFound)
        }
    }

    private static func trace(_ request: Request) -> String {
        ["traceparent", "tracestate"].map { name in
            HTTPField.Name(name).flatMap { request.headers[$0] } ?? "-"
        }.joined(separator: " ")
    }

    private func chat(_ bytes: [UInt8], trace: String) async throws -> Response {
        let number = state.withLock { state in
            state.count += 1
            if remembers {
                state.bodies.append(bytes)
                state.traces.append(trace)
            }
            return state.count - 1
        }
        guard let body = try? JSONValue(parsing: bytes) else { return Response(status: .badRequest) }
        if config.delaySeconds > 0 { try await Task.sleep(for: .seconds(config.delaySeconds)) }
        let template = config.answers.isEmpty ? "" : config.answers[number % config.answers.count]
        let text = template.replacing("{echo}", with: lastWords(body)).replacing("{round}", with: String(number + 1))
        let count = max(1, body["n"]?.integer ?? 1)
        return body["stream"]?.bool == true ? stream(text, count, body) : .json(answer(text, count, body))
    }

    private func lastWords(_ body: JSONValue) -> String {
        let turn = body["messages"]?.array?.last { $0["role"]?.string == "user" }
        if let text = turn?["content"]?.string { return text }
        return (turn?["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
    }

    private func answer(_ text: String, _ count: Int, _ body: JSONValue) -> JSONValue {
        [
            "id": "chatcmpl-mock", "object": "chat.completion", "created": 0, "model": body["model"] ?? "mock",
            "choices": .array(
                (0..<count).map { index in
                    [
                        "index": .integer(Int64(index)), "message": ["role": "assistant", "content": .string(text)],
                        "finish_reason": "stop", "logprobs": .null,
                    ]
                }),
            "usage": usage(text, count),
        ]
    }

    private func usage(_ text: String, _ count: Int) -> JSONValue {
        let tokens = Int64(count * ((text.utf8.count + 3) / 4))
        return ["prompt_tokens": 8, "completion_tokens": .integer(tokens), "total_tokens": .integer(tokens + 8)]
    }

    private func stream(_ text: String, _ count: Int, _ body: JSONValue) -> Response {
        let characters = Array(text)
        let pieces = stride(from: 0, to: characters.count, by: max(1, config.pieceLength)).map {
            String(characters[$0..<min($0 + max(1, config.pieceLength), characters.count)])
        }
        func chunk(_ choices: [JSONValue], usage: JSONValue = .null) -> String {
            let value: JSONValue = [
                "id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": 0,
                "model": body["model"] ?? "mock",
                "choices": .array(choices), "usage": usage,
            ]
            return "data: \(value.serialized())\n\n"
        }
        func delta(_ index: Int, _ delta: JSONValue, _ reason: JSONValue = .null) -> JSONValue {
            ["index": .integer(Int64(index)), "delta": delta, "finish_reason": reason]
        }
        var events = (0..<count).map { chunk([delta($0, ["role": "assistant", "content": ""])]) }
        for piece in pieces { events += (0..<count).map { chunk([delta($0, ["content": .string(piece)])]) } }
        events += (0..<count).map { chunk([delta($0, [:], "stop")]) }
        if body["stream_options"]?["include_usage"]?.bool == true {
            events.append(chunk([], usage: usage(text, count)))
        }
        events.append("data: [DONE]\n\n")
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: ResponseBody(contentsOf: events.map { ByteBuffer(string: $0) }))
    }
}

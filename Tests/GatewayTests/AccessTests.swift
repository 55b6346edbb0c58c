import ChatServers
import Conversations
import Crypto
import Foundation
import Gateway
import Guardrails
import Logging
import NIOHTTP1
import SafetyPolicies
import StrictJSON
import Synchronization
import TestPeers
import Testing

@testable import struct Gateway.GatewayConfig

/// Reliability test G11: who may call what.
@Suite("G11: keys and routes", .serialized)
struct AccessTests {
    static let key = "sk-" + String(repeating: "a1", count: 16)

    static func entry(_ change: (inout KeyConfig) -> Void = { _ in }) -> KeyConfig {
        var entry = KeyConfig(
            name: "team",
            sha256: SHA256.hash(data: Array(key.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                .joined())
        change(&entry)
        return entry
    }

    @Test("without the key there is no answer, whatever is sent in its place")
    func keys() async throws {
        try await Rig.run {
            $0.keys = [Self.entry()]
        } body: { rig in
            let wrong: [[(String, String)]] = [
                [], [("authorization", "")], [("authorization", "Bearer")], [("authorization", "Bearer ")],
                [("authorization", "Bearer x")],
                [("authorization", Self.key)], [("authorization", "Basic \(Self.key)")],
                [("authorization", "Bearer  \(Self.key)")],
                [("authorization", "Bearer \(Self.key) ")].map { ($0.0, $0.1 + "x") },
                [("authorization", "Bearer \(Self.key.uppercased())")],
                [("authorization", "Bearer \(Self.key.dropLast())")], [("authorization", "Bearer \(Self.key)0")],
                [("x-api-key", Self.key)],
                [("api-key", Self.key)], [("cookie", "authorization=Bearer \(Self.key)")],
                [("authorization", "Bearer \(Self.key)"), ("authorization", "Bearer \(Self.key)")],
                [("authorization", "Bearer \(Self.key),Bearer x")], [("authorization", "Token \(Self.key)")],
            ]
            for headers in wrong {
                for path in [rig.chatRoute, "/v1/moderations", "/beta/litellm_basic_guardrail_api"] {
                    let answer = try await rig.post(path, ["model": "mock"], headers: headers)
                    #expect(answer.status == 401)
                    #expect(answer.errorCode == "invalid_api_key")
                    #expect(!answer.text.contains(Self.key))
                }
            }
            for path in ["/v1/models", "/v1/models/mock", "/v1/policy"] {
                #expect(try await rig.send(.GET, path).status == 401)
            }
            #expect(try await rig.send(.GET, "/v1/models?api_key=\(Self.key)").status == 401)
            #expect(rig.upstream.callCount == 0)
            #expect(try await rig.chat("hi", headers: [("authorization", "Bearer \(Self.key)")]).status == 200)
            #expect(try await rig.chat("hi", headers: [("authorization", "bearer \(Self.key)")]).status == 200)
            #expect(try await rig.send(.GET, "/health").status == 200)
        }
    }

    @Test("the key is looked at before the body arrives")
    func beforeBody() async throws {
        try await Rig.run {
            $0.keys = [Self.entry()]
        } body: { rig in
            let socket = try RawSocket(port: rig.port, timeoutSeconds: 5)
            socket.send(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n"
            )
            #expect(socket.readSome().hasPrefix("HTTP/1.1 401"))
        }
    }

    @Test(
        "only exact routes lead anywhere",
        arguments: [
            "//v1/chat/completions", "/v1//chat/completions", "/v1/chat/completions/", "/V1/chat/completions",
            "/v1/chat/../chat/completions",
            "/v1/%63hat/completions", "/v1/chat/completions%00", "/v1/completions", "/v1/responses", "/v1/messages",
            "/v1/embeddings", "/v1",
            "/chat/completions", "/v1/chat/completions;x", "/.", "/v1/models/../policy", "/v1/models//x", "/metrics/",
            "/index.html", "/../etc/passwd",
        ])
    func routes(path: String) async throws {
        try await Rig.run { rig in
            let socket = try RawSocket(port: rig.port, timeoutSeconds: 5)
            let body = #"{"model":"mock","messages":[{"role":"user","content":"x"}]}"#
            socket.send(
                "POST \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            let answer = socket.readToEnd().text
            #expect(
                answer.hasPrefix("HTTP/1.1 404") || answer.hasPrefix("HTTP/1.1 405")
                    || answer.hasPrefix("HTTP/1.1 400"), "\(answer.prefix(60))")
            #expect(rig.upstream.callCount == 0)
        }
    }

    @Test("the method must fit")
    func methods() async throws {
        try await Rig.run { rig in
            for (method, path) in [
                ("GET", "/v1/chat/completions"), ("PUT", "/v1/chat/completions"), ("DELETE", "/v1/models"),
                ("POST", "/health"), ("PATCH", "/v1/moderations"),
            ] {
                let answer = try await rig.send(.RAW(value: method), path)
                #expect(answer.status == 405)
                #expect(answer.headers.first(name: "allow") != nil)
            }
            #expect(
                try await rig.send(.GET, "/v1/chat/completions", headers: [("x-http-method-override", "POST")]).status
                    == 405)
        }
    }

    @Test("content types, encodings and sizes are refused before the work")
    func bodies() async throws {
        try await Rig.run {
            $0.limits.bodyBytes = 2000
        } body: { rig in
            let body = Array(#"{"model":"mock","messages":[{"role":"user","content":"x"}]}"#.utf8)
            #expect(
                try await rig.send(.POST, rig.chatRoute, body, headers: [("content-type", "text/plain")]).status == 415)
            #expect(try await rig.send(.POST, rig.chatRoute, body).status == 415)
            #expect(
                try await rig.send(
                    .POST, rig.chatRoute, body,
                    headers: [("content-type", "application/json"), ("content-encoding", "gzip")]
                ).status == 415)
            #expect(
                try await rig.send(
                    .POST, rig.chatRoute, body, headers: [("content-type", "application/json; charset=utf-8")]
                ).status == 200)
            let large = try await rig.chat(String(repeating: "x", count: 2001))
            #expect(large.status == 413)
            #expect(rig.upstream.callCount == 1)
        }
    }

    @Test("a gateway that others can reach needs keys")
    func openDoor() {
        var config = GatewayConfig()
        config.host = "0.0.0.0"
        #expect(config.problems().contains { $0.contains("give keys") })
        config.keys = [Self.entry()]
        #expect(config.problems().isEmpty)
        config.keys.append(Self.entry { $0.sha256 = "abc" })
        #expect(config.problems().count == 2)
    }

    @Test("each key has its own policy")
    func ownPolicy() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let packaged = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/SafetyPolicies/Resources/default-policy.yaml")
        try String(contentsOf: packaged, encoding: .utf8).replacing("action: refuse", with: "action: annotate")
            .replacing("name: default", with: "name: lenient")
            .replacing("    refusal: I can't help with this. If", with: "    refusal: I can't help with this. If")
            .write(to: file, atomically: true, encoding: .utf8)
        try await Rig.run {
            $0.keys = [Self.entry { $0.policy = file.path }]
        } body: { rig in
            let answer = try await rig.chat("BEAVER-CANARY", headers: [("authorization", "Bearer \(Self.key)")])
            #expect(answer.headers.first(name: "x-guard-policy")?.hasPrefix("lenient/") == true)
            #expect(rig.upstream.callCount >= 1)
        }
    }
}

/// Reliability test G12, on a clock that the test moves, and over HTTP.
@Suite("G12: rate limits", .serialized)
struct RateLimitTests {
    @Test("requests beyond the burst wait, and a client that waits as told succeeds")
    func overHTTP() async throws {
        try await Rig.run { config in
            config.keys = [AccessTests.entry { ($0.requestsPerMinute, $0.burst) = (60, 3) }]
        } body: { rig in
            let headers = [("authorization", "Bearer \(AccessTests.key)")]
            for _ in 0..<3 { #expect(try await rig.chat("hi", headers: headers).status == 200) }
            let refused = try await rig.chat("hi", headers: headers)
            #expect(refused.status == 429)
            #expect(refused.errorCode == "rate_limit_exceeded")
            let wait = try #require(Int(refused.headers.first(name: "retry-after") ?? ""))
            try await Task.sleep(for: .seconds(wait))
            #expect(try await rig.chat("hi", headers: headers).status == 200)
        }
    }

    @Test("a key has a limit of its own on requests at once")
    func concurrency() async throws {
        try await Rig.run(upstreamDelay: 0.5) { config in
            config.keys = [AccessTests.entry { $0.concurrency = 2 }]
        } body: { rig in
            let headers = [("authorization", "Bearer \(AccessTests.key)")]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await rig.chat("hi", headers: headers).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 200, 429, 429, 429])
            #expect(try await rig.chat("hi", headers: headers).status == 200)
        }
    }
}

/// Reliability test G17: what people say is in no log, metric or error.
@Suite("G17: privacy", .serialized)
struct PrivacyTests {
    private struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add("\(event.message) \(event.metadata ?? [:]) \(metadata)") }
    }

    private final class Lines: Sendable {
        private let state = Mutex<[String]>([])
        func add(_ line: String) { state.withLock { $0.append(line) } }
        var text: String { state.withLock { $0.joined(separator: "\n") } }
    }

    @Test("random markers in keys, prompts, pictures and drafts are found nowhere")
    func markers() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        let marker = "marker" + String(UInt64.random(in: 1_000_000_000...9_999_999_999))
        let file = FileManager.default.temporaryDirectory.appending(path: "receipts-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await Rig.run(
            guardModel: StubGuard(canary: .init(text: "BEAVER")), answers: ["BEAVER \(marker)", "draft \(marker)"],
            logger: logger
        ) {
            $0.receipts.file = file
        } body: { rig in
            var answers = [
                try await rig.chat(
                    "question \(marker)", [("stream", true)], headers: [("authorization", "Bearer \(marker)")]),
                try await rig.chat("BEAVER \(marker)"),
                try await rig.chat(marker, [("n", .string(marker))]),
                try await rig.post(rig.chatRoute, raw: "{\"model\":\"\(marker)\",\"\(marker)"),
                try await rig.post("/v1/moderations", ["input": .string(marker)]),
                try await rig.post(
                    rig.chatRoute,
                    [
                        "model": "m",
                        "messages": [
                            [
                                "role": "user",
                                "content": [
                                    ["type": "image_url", "image_url": ["url": .string("https://\(marker).example/x")]]
                                ],
                            ]
                        ],
                    ]),
                try await rig.send(.GET, "/v1/\(marker)"), try await rig.send(.GET, "/v1/models/\(marker)"),
                try await rig.send(.GET, "/health", headers: [("x-request-id", "a[31m;\(marker) b")]),
            ]
            let metrics = try await rig.send(.GET, "/metrics")
            answers = answers.filter { $0.status != 200 } + [metrics]
            for answer in answers { #expect(!answer.text.contains(marker), "\(answer.status)") }
        }
        #expect(!lines.text.isEmpty)
        #expect(!lines.text.contains(marker))
        let receipts = try String(contentsOfFile: file, encoding: .utf8)
        #expect(!receipts.isEmpty)
        #expect(!receipts.contains(marker))
    }
}

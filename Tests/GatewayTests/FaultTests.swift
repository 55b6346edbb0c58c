import Conversations
import Foundation
import Gateway
import Guardrails
import NIOHTTP1
import StrictJSON
import Synchronization
import TestPeers
import Testing

/// Reliability test G3: a guard that does not judge lets nothing through.
@Suite("G3: guard faults fail closed", .serialized)
struct GuardFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var act: @Sendable ([GuardInput]) async throws -> [Verdict]

        struct Broken: Error {}

        static let all = [
            Fault(testDescription: "throws") { _ in throw Broken() },
            Fault(testDescription: "hangs") { _ in
                try await Task.sleep(for: .seconds(60)); return []
            },
            Fault(testDescription: "hangs and does not heed cancellation") { _ in
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    DispatchQueue.global().asyncAfter(deadline: .now() + 2) { continuation.resume() }
                }
                return []
            },
            Fault(testDescription: "answers nothing") { _ in [] },
            Fault(testDescription: "answers too much") { inputs in try (inputs + inputs).map { _ in try verdict() } },
            Fault(testDescription: "says NaN") { inputs in try inputs.map { _ in try verdict(unsafe: .nan) } },
            Fault(testDescription: "says more than 1") { inputs in try inputs.map { _ in try verdict(unsafe: 17) } },
            Fault(testDescription: "is cancelled") { _ in throw CancellationError() },
        ]
    }

    @Test("503 with Retry-After, no upstream call, no byte of an answer", arguments: Fault.all)
    func failsClosed(fault: Fault) async throws {
        try await Rig.run(guardModel: ScriptedGuard(fault.act)) {
            $0.judging.deadlineSeconds = 0.3
        } body: { rig in
            for more in [[], [("stream", JSONValue.bool(true))], [("n", 3)]] {
                let answer = try await rig.chat("hi", more)
                #expect(answer.status == 503)
                #expect(Int(answer.headers.first(name: "retry-after") ?? "") ?? 0 >= 1)
                #expect(answer.json["error"]?["code"]?.string != nil)
                #expect(answer.json["choices"] == nil)
            }
            let judged = try await rig.post("/v1/moderations", ["input": "hi"])
            #expect(judged.status == 503)
            let hooked = try await rig.post(
                "/beta/litellm_basic_guardrail_api", ["input_type": "request", "texts": ["hi"]])
            #expect(hooked.status == 503)
            #expect(rig.upstream.callCount == 0)
        }
    }

    @Test("a guard that fails only on the answer: the answer is withheld")
    func responseStage() async throws {
        let scripted = ScriptedGuard { inputs in
            if inputs.contains(where: { $0.view == .response }) { throw GuardError.failed(reason: "x") }
            return try inputs.map { _ in try verdict() }
        }
        try await Rig.run(guardModel: scripted, answers: ["the secret draft"]) { rig in
            let answer = try await rig.chat("hi")
            #expect(answer.status == 503)
            #expect(!answer.text.contains("secret"))
            let stream = try await rig.chat("hi", [("stream", true)])
            #expect(!stream.text.contains("secret"))
            #expect(!stream.text.contains("[DONE]"))
        }
    }

    @Test("the circuit opens after five failures, and closes when the guard is back")
    func circuit() async throws {
        let isBroken = Mutex(true)
        let scripted = ScriptedGuard { inputs in
            if isBroken.withLock({ $0 }) { throw Fault.Broken() }
            return try inputs.map { _ in try verdict() }
        }
        try await Rig.run(guardModel: scripted) {
            $0.judging.openSeconds = 0.5
        } body: { rig in
            for _ in 0..<5 { #expect(try await rig.chat("hi").status == 503) }
            #expect(scripted.calls == 5)
            #expect(try await rig.chat("hi").errorCode == "guard_unavailable")
            #expect(scripted.calls == 5)
            #expect(try await rig.send(.GET, "/ready").status == 503)
            #expect(try await rig.send(.GET, "/health").status == 200)
            isBroken.withLock { $0 = false }
            try await Task.sleep(for: .seconds(0.6))
            #expect(try await rig.chat("hi").status == 200)
            #expect(try await rig.send(.GET, "/ready").status == 200)
        }
    }
}

/// Reliability test G4: whatever the upstream server does, the client gets a documented answer and no unjudged text.
@Suite("G4: upstream faults", .serialized)
struct UpstreamFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var statuses: [Int]
        var isStream = false
        var lingers = 0.0

        init(_ name: String, _ text: String, _ statuses: [Int], isStream: Bool = false, lingers: Double = 0) {
            (testDescription, bytes, self.statuses, self.isStream, self.lingers) = (
                name, Array(text.utf8), statuses, isStream, lingers
            )
        }

        static func http(_ status: String, _ body: String, type: String = "application/json", more: String = "")
            -> String
        {
            "HTTP/1.1 \(status)\r\ncontent-type: \(type)\r\ncontent-length: \(body.utf8.count)\r\n\(more)connection: close\r\n\r\n\(body)"
        }

        static func events(_ text: String) -> String { http("200 OK", text, type: "text/event-stream") }

        static let good =
            #"{"choices":[{"index":0,"message":{"role":"assistant","content":"leak"},"finish_reason":"stop"}]}"#
        static let delta = #"data: {"choices":[{"index":0,"delta":{"content":"leak"},"finish_reason":null}]}"# + "\n\n"

        static let all = [
            Fault("closes at once", "", [502]),
            Fault("closes in the head", "HTTP/1.1 200 O", [502]),
            Fault(
                "closes after the head",
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n", [502]),
            Fault(
                "closes in the body",
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n\(good)", [502]),
            Fault("is silent", "", [504], lingers: 3),
            Fault(
                "is silent in the body",
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{", [502, 504],
                lingers: 3),
            Fault("400", http("400 Bad Request", #"{"error":{"message":"leak"}}"#), [400]),
            Fault("401", http("401 Unauthorized", "leak"), [502]),
            Fault("403", http("403 Forbidden", "leak"), [502]),
            Fault("404", http("404 Not Found", "leak"), [404]),
            Fault("413", http("413 Content Too Large", "leak"), [413]),
            Fault("429", http("429 Too Many Requests", "leak", more: "retry-after: 7\r\n"), [429]),
            Fault("500", http("500 Internal Server Error", "leak"), [502]),
            Fault("503", http("503 Service Unavailable", "leak", more: "retry-after: 9\r\n"), [503]),
            Fault("a redirect", http("302 Found", "leak", more: "location: http://127.0.0.1:1/leak\r\n"), [502]),
            Fault("a page", http("200 OK", "<html>leak</html>", type: "text/html"), [502]),
            Fault("a page that says it is JSON", http("200 OK", "<html>leak</html>"), [502]),
            Fault("cut JSON", http("200 OK", String(good.dropLast(3))), [502]),
            Fault("no choices", http("200 OK", #"{"choices":[]}"#), [502]),
            Fault(
                "too many choices",
                http(
                    "200 OK",
                    #"{"choices":[{"index":0,"message":{"content":"leak"}},{"index":1,"message":{"content":"leak"}}]}"#),
                [502]),
            Fault(
                "a choice with another number",
                http("200 OK", #"{"choices":[{"index":5,"message":{"content":"leak"}}]}"#), [502]),
            Fault(
                "content of another kind",
                http("200 OK", #"{"choices":[{"index":0,"message":{"content":{"leak":1}}}]}"#), [502]),
            Fault("compressed", http("200 OK", "leak", more: "content-encoding: gzip\r\n"), [502]),
            Fault("no HTTP at all", "SSH-2.0-leak\r\n\r\n", [502]),
            Fault(
                "a very long body",
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n"
                    + String(repeating: "leak", count: 600_000), [502]),
            Fault(
                "duplicate keys",
                http("200 OK", #"{"choices":[],"choices":[{"index":0,"message":{"content":"leak"}}]}"#), [502]),
            Fault("stream: another content type", http("200 OK", good), [502], isStream: true),
            Fault("stream: no end", events(delta), [200], isStream: true),
            Fault("stream: cut in an event", events(delta + "data: {\"choices\":[{\"ind"), [200], isStream: true),
            Fault("stream: not JSON", events(delta + "data: leak\n\n"), [200], isStream: true),
            Fault(
                "stream: an error event", events(delta + "data: {\"error\":{\"message\":\"leak\"}}\n\n"), [200],
                isStream: true),
            Fault("stream: end mark without a reason", events(delta + "data: [DONE]\n\n"), [200], isStream: true),
            Fault(
                "stream: another choice",
                events(#"data: {"choices":[{"index":3,"delta":{"content":"leak"}}]}"# + "\n\n"), [200], isStream: true),
            Fault(
                "stream: half a character",
                events("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\ud83d\"}}]}\n\ndata: [DONE]\n\n"),
                [200], isStream: true),
            Fault(
                "stream: stops talking", "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + delta, [200],
                isStream: true, lingers: 3),
        ]
    }

    @Test("are mapped as documented", arguments: Fault.all)
    func mapped(fault: Fault) async throws {
        let server = try FaultyServer { send in
            _ = send(fault.bytes)
            if fault.lingers > 0 { Thread.sleep(forTimeInterval: fault.lingers) }
        }
        try await Rig.run(upstreamPort: server.port) { config in
            (config.upstream.idleSeconds, config.upstream.deadlineSeconds, config.upstream.maximumBytes) = (
                0.5, 1, 1 << 20
            )
        } body: { rig in
            let answer = try await rig.chat("hi", fault.isStream ? [("stream", true)] : [])
            #expect(fault.statuses.contains(answer.status), "found \(answer.status)")
            #expect(!answer.text.contains("leak"))
            if answer.status == 200 {
                #expect(answer.events.last?["error"]?["code"]?.string != nil)
                #expect(!answer.text.contains("[DONE]"))
            } else {
                #expect(answer.json["error"]?.object?.keys == ["message", "type", "param", "code"])
            }
            if answer.status == 429 { #expect(answer.headers.first(name: "retry-after") == "7") }
            if fault.testDescription == "503" { #expect(answer.headers.first(name: "retry-after") == "9") }
            // note: the place of the request was given back
            #expect(rig.server.metricsText.contains("gateway_upstream_calls_total 1"))
            #expect(try await rig.send(.GET, "/metrics").text.contains("gateway_requests_running 0"))
        }
    }

    @Test("a server that is not there is 502")
    func refused() async throws {
        try await Rig.run(upstreamPort: 1) { rig in
            let answer = try await rig.chat("hi")
            #expect(answer.status == 502)
            #expect(answer.errorCode == "upstream_unreachable")
        }
    }

    @Test("a stream of one byte at a time is a stream")
    func trickle() async throws {
        let text =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é漢\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n"
        let server = try FaultyServer { send in
            _ = send(Array("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".utf8))
            for byte in text.utf8 { if !send([byte]) { return } }
        }
        try await Rig.run(upstreamPort: server.port) { rig in
            let answer = try await rig.chat("hi", [("stream", true)])
            #expect(answer.streamed() == "é漢")
            #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
        }
    }
}

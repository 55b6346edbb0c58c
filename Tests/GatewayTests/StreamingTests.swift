import Conversations
import Foundation
import Gateway
import Guardrails
import StrictJSON
import TestPeers
import Testing

/// By law, over HTTP: a stream shows what was judged, and nothing else.
@Suite("Streaming", .serialized)
struct StreamingTests {
    @Test(
        "a safe stream arrives whole, with a role first, a reason last, and its end mark",
        arguments: StreamingConfig.Mode.allCases)
    func safe(mode: StreamingConfig.Mode) async throws {
        let text = String(repeating: "A safe sentence with é and 漢字. ", count: 40)
        try await Rig.run(answers: [text]) {
            $0.streaming.mode = mode
        } body: { rig in
            for n in [1, 3] {
                let answer = try await rig.chat(
                    "hi", [("stream", true), ("n", .integer(Int64(n))), ("stream_options", ["include_usage": true])])
                for index in 0..<n {
                    #expect(answer.streamed(index: index) == text)
                    #expect(answer.finishReason(index) == "stop")
                }
                let events = answer.events
                #expect(events.first?["choices"]?.array?.first?["delta"]?["role"] == "assistant")
                #expect(Set(events.compactMap { $0["id"]?.string }).count == 1)
                #expect(events.allSatisfy { $0["object"] == "chat.completion.chunk" })
                #expect(events.last?["usage"]?["total_tokens"]?.integer ?? 0 > 8)
                #expect(events.last?["choices"] == [])
                #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
            }
            #expect(rig.server.metricsText.contains("gateway_unjudged_bytes_total 0"))
        }
    }

    @Test("nothing of a canary is shown, wherever it stands, and the end is no clean one", arguments: 0..<24)
    func leak(step: Int) async throws {
        let canary = freshCanary()
        let before = String(repeating: "word ", count: step * 17)
        let modes = StreamingConfig.Mode.allCases
        try await Rig.run(
            guardModel: StubGuard(canary: .init(text: canary)),
            answers: [before + canary + " after it, a little more text"]
        ) { config in
            config.streaming.mode = modes[step % modes.count]
            config.streaming.windowTokens = [8, 16, 64, 128, 24][step % 5]
            config.regeneration.rounds = 1
        } body: { rig in
            for n in [1, 3] {
                let answer = try await rig.chat("hi", [("stream", true), ("n", .integer(Int64(n)))])
                for index in 0..<n {
                    #expect(before.hasPrefix(answer.streamed(index: index)))
                    #expect(answer.finishReason(index) == "content_filter")
                    #expect(!answer.streamed("refusal", index: index).isEmpty)
                }
                #expect(!answer.text.contains(canary.prefix(9)))
            }
            #expect(rig.server.metricsText.contains("gateway_unjudged_bytes_total 0"))
        }
    }

    @Test("what is unsafe before anything is out is written again")
    func regenerated() async throws {
        let canary = freshCanary()
        try await Rig.run(
            guardModel: StubGuard(canary: .init(text: canary)), answers: ["a \(canary)", "a \(canary)", "all is well"]
        ) { rig in
            let answer = try await rig.chat("hi", [("stream", true)], headers: [("x-guard-detail", "verdicts")])
            #expect(answer.streamed() == "all is well")
            #expect(answer.finishReason() == "stop")
            #expect(answer.events.last?["x_beaver"]?["choices"]?.array?.first?["attempts"] == 3)
            #expect(!answer.text.contains(canary))
        }
    }

    @Test("tool calls in a stream are judged and sent whole")
    func toolCalls() async throws {
        let canary = freshCanary()
        for arguments in ["{\"a\":1}", "{\"a\":\"\(canary)\"}"] {
            let half = arguments.index(arguments.startIndex, offsetBy: arguments.count / 2)
            func chunk(_ delta: JSONValue, _ reason: JSONValue = .null) -> String {
                let value: JSONValue = ["choices": [["index": 0, "delta": delta, "finish_reason": reason]]]
                return "data: \(value.serialized())\n\n"
            }
            let events = [
                chunk([
                    "role": "assistant", "content": .null,
                    "tool_calls": [
                        ["index": 0, "id": "call_1", "type": "function", "function": ["name": "f", "arguments": ""]]
                    ],
                ]),
                chunk(["tool_calls": [["index": 0, "function": ["arguments": .string(String(arguments[..<half]))]]]]),
                chunk(["tool_calls": [["index": 0, "function": ["arguments": .string(String(arguments[half...]))]]]]),
                chunk([:], "tool_calls"), "data: [DONE]\n\n",
            ].joined()
            let server = try FaultyServer { send in
                _ = send(
                    Array(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: \(events.utf8.count)\r\n\r\n\(events)"
                            .utf8))
            }
            try await Rig.run(guardModel: StubGuard(canary: .init(text: canary)), upstreamPort: server.port) {
                $0.regeneration.rounds = 1
            } body: { rig in
                let answer = try await rig.chat("hi", [("stream", true)])
                if arguments.contains(canary) {
                    #expect(answer.finishReason() == "content_filter")
                    #expect(!answer.text.contains(canary))
                } else {
                    #expect(answer.finishReason() == "tool_calls")
                    let calls = answer.events.flatMap { $0["choices"]?.array ?? [] }.compactMap {
                        $0["delta"]?["tool_calls"]?.array
                    }
                    #expect(
                        calls == [
                            [
                                [
                                    "id": "call_1", "type": "function",
                                    "function": ["name": "f", "arguments": .string(arguments)], "index": 0,
                                ]
                            ]
                        ]
                            || calls.first?.first?["function"]?["arguments"]?.string == arguments)
                }
            }
        }
    }

    @Test("a guard that fails while a stream runs is an error event without an end mark")
    func guardFails() async throws {
        let scripted = ScriptedGuard { inputs in
            if inputs.contains(where: { $0.turns.last?.speaker == .assistant && $0.textByteCount > 1500 }) {
                throw GuardError.failed(reason: "gone")
            }
            return try inputs.map { _ in try verdict() }
        }
        try await Rig.run(guardModel: scripted, answers: [String(repeating: "word ", count: 600)]) { rig in
            let answer = try await rig.chat("hi", [("stream", true)])
            #expect(answer.status == 200)
            #expect(answer.events.last?["error"]?["code"] == "guard_unavailable")
            #expect(!answer.text.contains("[DONE]"))
            #expect(answer.streamed().utf8.count < 1500)
        }
    }
}

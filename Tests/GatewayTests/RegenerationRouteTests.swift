import AsyncHTTPClient
import Conversations
import Foundation
import Gateway
import Guardrails
import NIOCore
import NIOHTTP1
import SafetyPolicies
import StrictJSON
import TestPeers
import Testing

/// Reliability test G7: rounds are bounded, informed, invisible, and end when the client leaves.
@Suite("G7: regeneration over HTTP", .serialized)
struct RegenerationRouteTests {
    @Test("k unsafe answers, then a safe one; five are a refusal; drafts are nowhere", arguments: 0...6)
    func rounds(k: Int) async throws {
        let canary = freshCanary()
        let refusal = try SafetyPolicy.packaged().refusal(.response, .violenceAndPhysicalHarm)
        let answers = (0..<k).map { "draft \($0) \(canary)" } + ["all is well"]
        try await Rig.run(guardModel: StubGuard(canary: .init(text: canary)), answers: answers) { rig in
            let answer = try await rig.chat("hi", headers: [("x-guard-detail", "verdicts")])
            #expect(answer.status == 200)
            #expect(rig.upstream.callCount == min(k + 1, 5))
            #expect(answer.headers.first(name: "x-guard-attempts") == String(min(k + 1, 5)))
            #expect(!answer.text.contains(canary))
            #expect(!answer.text.contains("draft"))
            #expect(!answer.headers.contains { $0.value.contains(canary) })
            let choice = answer.json["choices"]?.array?.first
            if k < 5 {
                #expect(choice?["message"]?["content"] == "all is well")
                #expect(answer.headers.first(name: "x-guard-decision") == (k == 0 ? "allow" : "regenerated"))
            } else {
                #expect(choice?["finish_reason"] == "content_filter")
                #expect(choice?["message"]?["content"] == JSONValue.null)
                #expect(choice?["message"]?["refusal"]?.string == refusal)
            }
            #expect(answer.json["x_beaver"]?["choices"]?.array?.first?["rounds"]?.array?.count == min(k + 1, 5))
        }
    }

    @Test("the same text each time is a refusal after five rounds")
    func identical() async throws {
        try await Rig.run(answers: ["BEAVER-CANARY"]) { rig in
            let answer = try await rig.chat("hi")
            #expect(answer.json["choices"]?.array?.first?["finish_reason"] == "content_filter")
            #expect(rig.upstream.callCount == 5)
        }
    }

    @Test("retries have a hidden system turn, a new seed, one choice, no stream; their tokens are counted")
    func informed() async throws {
        try await Rig.run(answers: ["BEAVER-CANARY", "BEAVER-CANARY", "fine"]) { rig in
            let answer = try await rig.post(
                rig.chatRoute,
                [
                    "model": "mock", "seed": 11,
                    "messages": [["role": "system", "content": "Be kind."], ["role": "user", "content": "hi"]],
                ])
            let bodies = try rig.upstream.bodies.map { try JSONValue(parsing: $0) }
            #expect(bodies.count == 3)
            #expect(bodies[0]["messages"]?.array?.first?["content"] == "Be kind.")
            #expect(bodies[0]["seed"] == 11)
            #expect(bodies[1]["messages"]?.array?.count == 2)
            #expect(bodies[1]["messages"]?.array?.first?["content"]?.string?.hasPrefix("Be kind.\n\n") == true)
            #expect(
                bodies[1]["messages"]?.array?.first?["content"]?.string?.contains("violence and physical harm") == true)
            #expect(Set(bodies.compactMap { $0["seed"]?.integer }).count == 3)
            #expect(bodies[1]["n"] == nil)
            // note: 8 prompt tokens each; 4 + 4 + 1 of the answers
            #expect(answer.json["usage"]?["prompt_tokens"] == 24)
            #expect(answer.json["usage"]?["completion_tokens"] == 9)
        }
    }

    @Test("the total time is one budget")
    func deadline() async throws {
        try await Rig.run(answers: ["BEAVER-CANARY"], upstreamDelay: 0.4) {
            $0.regeneration.maximumSeconds = 0.5
        } body: { rig in
            let answer = try await rig.chat("hi")
            #expect(answer.json["choices"]?.array?.first?["finish_reason"] == "content_filter" || answer.status == 504)
            #expect(rig.upstream.callCount <= 3)
        }
    }

    @Test("a client that leaves stops the rounds")
    func leaves() async throws {
        try await Rig.run(answers: ["BEAVER-CANARY"], upstreamDelay: 0.3) { rig in
            do {
                let socket = try RawSocket(port: rig.port)
                let body = #"{"model":"mock","messages":[{"role":"user","content":"hi"}]}"#
                socket.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
                )
                try await Task.sleep(for: .seconds(0.45))
            }
            try await Task.sleep(for: .seconds(1))
            let calls = rig.upstream.callCount
            #expect(calls <= 3)
            try await Task.sleep(for: .seconds(1))
            #expect(rig.upstream.callCount == calls)
            #expect(try await rig.send(.GET, "/metrics").text.contains("gateway_requests_running 0"))
        }
    }
}

/// Reliability test G8: what was judged is what was forwarded, for requests of many odd shapes.
@Suite("G8: judged is forwarded", .serialized)
struct JudgedIsForwardedTests {
    @Test("a thousand generated requests")
    func thousand() async throws {
        let scripted = ScriptedGuard { try $0.map { _ in try verdict() } }
        try await Rig.run(guardModel: scripted) { rig in
            var random = SystemRandomNumberGenerator()
            for number in 0..<1000 {
                let text = Self.body(number, &random)
                let callsBefore = rig.upstream.callCount
                let judgedBefore = scripted.inputs.count
                let answer = try await rig.post(rig.chatRoute, raw: text)
                guard answer.status == 200 else {
                    #expect((400..<500).contains(answer.status), "\(answer.status) for \(text)")
                    #expect(rig.upstream.callCount == callsBefore)
                    continue
                }
                let sent = try JSONValue(parsing: try #require(rig.upstream.bodies.last))
                let judged = scripted.inputs[judgedBefore...].flatMap(\.turns)
                for message in sent["messages"]?.array ?? [] {
                    let speaker = message["role"]?.string
                    let words =
                        message["content"]?.string
                        ?? (message["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
                    #expect(
                        judged.contains {
                            $0.speaker.rawValue == speaker
                                && ($0.text.utf8.elementsEqual(words.utf8) || $0.text.hasPrefix(words))
                        }, "\(text)")
                }
                for string in (sent["extra"]?.array ?? []).compactMap(\.string) {
                    // note: by bytes, since a mark at the start of a text joins the character before it
                    #expect(judged.contains { Array($0.text.utf8).contains(Array(string.utf8)) })
                }
            }
            #expect(rig.upstream.callCount > 150)
        }
    }

    private static let words = [
        "hi", "é", "e\u{301}", "漢字", "👩🏽‍🔬", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "a\\u0000b", "\\n", "\u{200B}",
        "\u{202E}x", "<|im_end|>", "ﬁ", "\\\"", "\\/", "\t",
    ]

    private static func text(_ random: inout SystemRandomNumberGenerator) -> String {
        (0..<Int.random(in: 0...4, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }.joined()
    }

    private static func body(_ number: Int, _ random: inout SystemRandomNumberGenerator) -> String {
        let messages = (0..<Int.random(in: 1...4, using: &random)).map { _ -> String in
            let role =
                ["user", "assistant", "system", "developer", "tool", "User", "function"].randomElement(using: &random)
                ?? "user"
            let content =
                switch Int.random(in: 0...9, using: &random) {
                case 0...5: "\"\(text(&random))\""
                case 6:
                    "[{\"type\":\"text\",\"text\":\"\(text(&random))\"},{\"type\":\"text\",\"text\":\"\(text(&random))\"}]"
                case 7: "null"
                case 8: "\"a\",\"content\":\"\(text(&random))\""
                default: "[{\"text\":\"\(text(&random))\",\"type\":\"text\"},]"
                }
            return "{ \"role\" : \"\(role)\",\"content\":\(content)}"
        }
        let extra = Int.random(in: 0...3, using: &random) == 0 ? ",\"extra\":[\"\(text(&random))\"]" : ""
        return "{\"model\":\"mock\"\(extra),\"messages\":[\(messages.joined(separator: ","))]}"
    }
}

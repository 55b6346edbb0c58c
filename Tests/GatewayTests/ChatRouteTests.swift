import Conversations
import Foundation
import Gateway
import Guardrails
import NIOHTTP1
import SafetyPolicies
import StrictJSON
import TestPeers
import Testing

/// By hand: the shapes of the routes, over HTTP.
@Suite("Chat", .serialized)
struct ChatRouteTests {
    @Test("an answer has the shape that clients expect, and says what the guard did")
    func shape() async throws {
        try await Rig.run { rig in
            let answer = try await rig.chat("hello", headers: [("x-request-id", "my-id-1")])
            #expect(answer.status == 200)
            let json = answer.json
            #expect(json["id"] == "chatcmpl-my-id-1")
            #expect(json["object"] == "chat.completion")
            #expect(json["choices"]?.array?.count == 1)
            let choice = json["choices"]?.array?.first
            #expect(choice?["message"]?["role"] == "assistant")
            #expect(choice?["message"]?["content"] == "You said: hello")
            #expect(choice?["message"]?["refusal"] == JSONValue.null)
            #expect(choice?["finish_reason"] == "stop")
            #expect(json["usage"]?["prompt_tokens"] == 8)
            #expect(json["usage"]?["total_tokens"]?.integer == 8 + (json["usage"]?["completion_tokens"]?.integer ?? 0))
            #expect(answer.headers.first(name: "x-request-id") == "my-id-1")
            #expect(answer.headers.first(name: "x-guard-decision") == "allow")
            #expect(answer.headers.first(name: "x-guard-attempts") == "1")
            #expect(answer.headers.first(name: "x-guard-policy")?.hasPrefix("default/1.0/") == true)
        }
    }

    @Test(
        "a request of any role that has the canary is refused without an upstream call",
        arguments: ["developer", "system", "user", "assistant", "tool", "function"])
    func roles(role: String) async throws {
        let canary = freshCanary()
        let refusal = try SafetyPolicy.packaged().refusal(.query, .violenceAndPhysicalHarm)
        try await Rig.run(guardModel: StubGuard(canary: .init(text: canary))) { rig in
            let answer = try await rig.post(
                rig.chatRoute,
                [
                    "model": "mock",
                    "messages": [
                        ["role": "user", "content": "hi"], ["role": .string(role), "content": .string("x \(canary)")],
                        ["role": "user", "content": "go on"],
                    ],
                ])
            #expect(answer.status == 200)
            #expect(answer.json["choices"]?.array?.first?["finish_reason"] == "content_filter")
            #expect(answer.json["choices"]?.array?.first?["message"]?["refusal"]?.string == refusal)
            #expect(answer.headers.first(name: "x-guard-decision") == "refused-request")
            #expect(rig.upstream.callCount == 0)
        }
    }

    @Test("the canary is found wherever a request can hide words")
    func places() async throws {
        let canary = freshCanary()
        let user: JSONValue = ["role": "user", "content": "hi"]
        let bodies: [JSONValue] = [
            [
                "model": "mock",
                "messages": [["role": "user", "content": [["type": "text", "text": .string(canary)]]]],
            ],
            ["model": "mock", "messages": [["role": "user", "name": .string(canary), "content": "hi"]]],
            [
                "model": "mock",
                "messages": [
                    user,
                    [
                        "role": "assistant", "content": .null,
                        "tool_calls": [
                            [
                                "id": "1", "type": "function",
                                "function": ["name": "f", "arguments": .string("{\"a\":\"\(canary)\"}")],
                            ]
                        ],
                    ], user,
                ],
            ],
            ["model": "mock", "messages": [user, ["role": "tool", "tool_call_id": "1", "content": .string(canary)]]],
            [
                "model": "mock",
                "messages": [
                    user, ["role": "assistant", "content": .null, "reasoning_content": .string(canary)], user,
                ],
            ],
            [
                "model": "mock", "messages": [user],
                "tools": [["type": "function", "function": ["name": "f", "description": .string(canary)]]],
            ],
            [
                "model": "mock", "messages": [user],
                "tools": [
                    [
                        "type": "function",
                        "function": ["name": "f", "parameters": .object(JSONObject([(canary, JSONValue.null)]))],
                    ]
                ],
            ],
            ["model": "mock", "messages": [user], "prediction": ["type": "content", "content": .string(canary)]],
            ["model": "mock", "messages": [user], "chat_template_kwargs": ["x": .string(canary)]],
            ["model": "mock", "messages": [user], "stop": [.string(canary)]],
            [
                "model": "mock",
                "messages": [
                    [
                        "role": "user",
                        "content": [["type": "text", "text": "hi", "cache_control": ["note": .string(canary)]]],
                    ]
                ],
            ],
            [
                "model": "mock",
                "messages": [
                    [
                        "role": "user",
                        "content": [
                            ["type": "image_url", "image_url": ["url": .string(try pictureURL(hasPatch: true))]]
                        ],
                    ]
                ],
            ],
            [
                "model": "mock",
                "messages": [
                    user,
                    [
                        "role": "assistant",
                        "content": [
                            ["type": "text", "text": "see"],
                            [
                                "type": "image_url",
                                "image_url": ["url": .string(try pictureURL(hasPatch: true, asJPEG: true))],
                            ],
                        ],
                    ], user,
                ],
            ],
        ]
        try await Rig.run(guardModel: StubGuard(canary: .init(text: canary))) { rig in
            for body in bodies {
                let answer = try await rig.post(rig.chatRoute, body)
                #expect(answer.json["choices"]?.array?.first?["finish_reason"] == "content_filter", "\(body)")
            }
            #expect(rig.upstream.callCount == 0)
        }
    }

    @Test("several pictures in one turn reach the upstream server as the PNG files that were judged")
    func pictures() async throws {
        let scripted = ScriptedGuard { try $0.map { _ in try verdict() } }
        try await Rig.run(guardModel: scripted) { rig in
            let answer = try await rig.post(
                rig.chatRoute,
                [
                    "model": "mock",
                    "messages": [
                        [
                            "role": "user",
                            "content": [
                                ["type": "text", "text": "Compare"],
                                [
                                    "type": "image_url",
                                    "image_url": ["url": .string(try pictureURL(asJPEG: true)), "detail": "low"],
                                ],
                                ["type": "image_url", "image_url": ["url": .string(try pictureURL(width: 30))]],
                            ],
                        ]
                    ],
                ])
            #expect(answer.status == 200)
            let sent = try JSONValue(parsing: try #require(rig.upstream.bodies.first))
            let parts = try #require(sent["messages"]?.array?.first?["content"]?.array)
            let urls = parts.compactMap { $0["image_url"]?["url"]?.string }
            let judged = Set(
                scripted.inputs.flatMap { $0.turns.flatMap(\.images) }.map {
                    "data:image/png;base64," + Data($0.bytes).base64EncodedString()
                })
            #expect(urls.count == 2)
            #expect(Set(urls) == judged)
            #expect(parts[1]["image_url"]?["detail"] == "low")
        }
    }

    @Test("three choices are three verdicts, and each unsafe one is written again")
    func choices() async throws {
        let canary = freshCanary()
        try await Rig.run(
            guardModel: StubGuard(canary: .init(text: canary)), answers: ["bad \(canary)", "fine {round}"]
        ) { rig in
            let answer = try await rig.chat("hi", [("n", 3)])
            let contents = answer.json["choices"]?.array?.compactMap { $0["message"]?["content"]?.string } ?? []
            #expect(contents.count == 3)
            #expect(contents.allSatisfy { $0.hasPrefix("fine") })
            #expect(!answer.text.contains(canary))
            #expect(answer.headers.first(name: "x-guard-decision") == "regenerated")
        }
    }

    @Test("keys that nobody knows are forwarded; the gateway's own are not")
    func unknownKeys() async throws {
        try await Rig.run { rig in
            _ = try await rig.chat(
                "hi",
                [
                    ("temperature", 0.5), ("top_k", 7), ("my_extension", ["a": [1, .null, true]]), ("user", "u"),
                    ("moderation", ["model": "m"]),
                ])
            let sent = try JSONValue(parsing: try #require(rig.upstream.bodies.first))
            #expect(sent["temperature"] == 0.5)
            #expect(sent["top_k"] == 7)
            #expect(sent["my_extension"] == ["a": [1, .null, true]])
            #expect(sent["user"] == "u")
            #expect(sent["moderation"] == nil)
            #expect(sent["stream"] == false)
        }
    }

    @Test("the native moderation object is answered on both sides")
    func moderationObject() async throws {
        try await Rig.run { rig in
            let answer = try await rig.chat(
                "hi",
                [
                    (
                        "moderation",
                        [
                            "model": "omni-moderation-latest",
                            "policy": ["input": ["mode": "score"], "output": ["mode": "block"]],
                        ]
                    )
                ])
            for side in ["input", "output"] {
                #expect(answer.json["moderation"]?[side]?["type"] == "moderation_results")
                #expect(answer.json["moderation"]?[side]?["results"]?.array?.count == 1)
                let result = answer.json["moderation"]?[side]?["results"]?.array?.first
                #expect(result?["flagged"] == false)
                #expect(result?["category_scores"]?.object?.count == 13)
            }
            let stream = try await rig.chat("hi", [("stream", true), ("moderation", ["model": "m"])])
            let moderation = stream.events.compactMap { $0["moderation"] }
            #expect(moderation.count == 1)
            #expect(moderation.first?["output"]?["results"]?.array?.count == 1)
        }
    }

    @Test("block stops what the policy only annotates")
    func blockMode() async throws {
        let canary = freshCanary()
        var policy = try SafetyPolicy.packaged()
        policy.query.unsafe.action = .annotate
        policy.query[.violenceAndPhysicalHarm].action = .annotate
        policy.response.unsafe.action = .annotate
        policy.response[.violenceAndPhysicalHarm].action = .annotate
        try await Rig.run(guardModel: StubGuard(canary: .init(text: canary)), policy: policy) { rig in
            #expect(try await rig.chat(canary).json["choices"]?.array?.first?["finish_reason"] == "stop")
            let scored = try await rig.chat(canary, [("moderation", ["policy": ["input": ["mode": "score"]]])])
            #expect(scored.json["moderation"]?["input"]?["results"]?.array?.first?["flagged"] == true)
            #expect(scored.json["choices"]?.array?.first?["finish_reason"] == "stop")
            let calls = rig.upstream.callCount
            let blocked = try await rig.chat(canary, [("moderation", ["policy": ["input": ["mode": "block"]]])])
            #expect(blocked.json["choices"]?.array?.first?["finish_reason"] == "content_filter")
            #expect(rig.upstream.callCount == calls)
            let output = try await rig.chat(canary, [("moderation", ["policy": ["output": ["mode": "block"]]])])
            #expect(output.json["choices"]?.array?.first?["finish_reason"] == "content_filter")
        }
    }

    @Test("a refused request can be an error instead")
    func refusedAsError() async throws {
        try await Rig.run {
            $0.refusedRequests = .error
        } body: { rig in
            let answer = try await rig.chat("BEAVER-CANARY")
            #expect(answer.status == 400)
            #expect(answer.errorCode == "content_filter")
            #expect(rig.upstream.callCount == 0)
        }
    }

    @Test("a refused stream is a stream")
    func refusedStream() async throws {
        try await Rig.run { rig in
            let answer = try await rig.chat("BEAVER-CANARY", [("stream", true)])
            #expect(answer.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true)
            #expect(answer.streamed("refusal").contains("can't help"))
            #expect(answer.finishReason() == "content_filter")
            #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
        }
    }

    @Test(
        "what is wrong with a request is said in the error form",
        arguments: [
            (#"{"messages":[]}"#, "model"), (#"{"model":"m"}"#, "messages"),
            (#"{"model":"m","messages":[]}"#, "messages"),
            (#"{"model":"m","messages":[{"role":"king","content":"x"}]}"#, "messages[0].role"),
            (#"{"model":"m","messages":[{"role":"user","content":5}]}"#, "messages[0].content"),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio"}]}]}"#,
                "messages[0].content[0].type"
            ),
            (#"{"model":"m","n":0,"messages":[{"role":"user","content":"x"}]}"#, "n"),
            (#"{"model":"m","n":1e2,"messages":[{"role":"user","content":"x"}]}"#, "n"),
            (#"{"model":"m","n":100000,"messages":[{"role":"user","content":"x"}]}"#, "n"),
            (#"{"model":"m","stream":"yes","messages":[{"role":"user","content":"x"}]}"#, "stream"),
            (#"{"model":"m","modalities":["audio"],"messages":[{"role":"user","content":"x"}]}"#, "modalities"),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/x.png"}}]}]}"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}"#,
                "messages[0].content[0].image_url.url"
            ),
        ])
    func errors(body: String, param: String) async throws {
        try await Rig.run { rig in
            let answer = try await rig.post(rig.chatRoute, raw: body)
            #expect(answer.status == 400)
            let error = answer.json["error"]
            #expect(error?["param"]?.string == param)
            #expect(error?.object?.keys == ["message", "type", "param", "code"])
            #expect(rig.upstream.callCount == 0)
        }
    }

    @Test(
        "JSON that two readers could understand differently is refused",
        arguments: [
            #"{"model":"m","model":"n","messages":[{"role":"user","content":"x"}]}"#,
            #"{"model":"m","messages":[{"role":"user","content":"x","content":"y"}]}"#,
            #"{"model":"m","messages":[{"role":"user","\u0063ontent":"x","content":"y"}]}"#,
            #"{"model":"m","messages":[{"role":"user","content":"x"},]}"#, "\u{FEFF}{\"model\":\"m\"}", "{} {}", "",
            "{",
            #"{"model":"m","messages":[{"role":"user","content":"\ud800"}]}"#, "{\"model\":NaN}",
        ])
    func ambiguousJSON(body: String) async throws {
        try await Rig.run { rig in
            let answer = try await rig.post(rig.chatRoute, raw: body)
            #expect(answer.status == 400)
            #expect(answer.errorCode == "invalid_json")
            let wide = try await rig.send(
                .POST, rig.chatRoute, Array(body.data(using: .utf16) ?? Data()),
                headers: [("content-type", "application/json")])
            #expect(wide.status == 400)
            #expect(rig.upstream.callCount == 0)
        }
    }
}

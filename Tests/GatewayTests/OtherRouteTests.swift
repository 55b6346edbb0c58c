import Conversations
import Foundation
import Gateway
import Guardrails
import NIOHTTP1
import SafetyPolicies
import StrictJSON
import TestPeers
import Testing

/// By hand: the shapes of the routes besides chat, over HTTP.
@Suite("Other routes", .serialized)
struct OtherRouteTests {
    @Test("moderations: a text, several texts, parts with a picture; all thirteen keys")
    func moderations() async throws {
        try await Rig.run { rig in
            let one = try await rig.post("/v1/moderations", ["input": "BEAVER-CANARY here"])
            #expect(one.json["id"]?.string?.hasPrefix("modr-") == true)
            #expect(one.json["model"] == "omni-moderation-latest")
            let result = one.json["results"]?.array?.first
            #expect(result?["flagged"] == true)
            for key in ["categories", "category_scores", "category_applied_input_types"] {
                #expect(result?[key]?.object?.count == 13)
            }
            #expect(result?["categories"]?["violence"] == true)
            #expect(result?["categories"]?["sexual"] == false)
            #expect(result?["category_applied_input_types"]?["hate"] == ["text"])
            #expect(result?["x_beaver"]?["severity"] == 3)
            #expect(result?["x_beaver"]?["categories"]?.object?.count == 20)

            let many = try await rig.post(
                "/v1/moderations", ["input": ["fine", "BEAVER-CANARY", "fine too"], "model": "x"])
            #expect(many.json["results"]?.array?.map { $0["flagged"]?.bool } == [false, true, false])
            #expect(many.json["model"] == "x")

            let parts = try await rig.post(
                "/v1/moderations",
                [
                    "input": [
                        ["type": "text", "text": "look"],
                        ["type": "image_url", "image_url": ["url": .string(try pictureURL(hasPatch: true))]],
                    ]
                ])
            #expect(parts.json["results"]?.array?.count == 1)
            #expect(parts.json["results"]?.array?.first?["flagged"] == true)
            #expect(
                parts.json["results"]?.array?.first?["category_applied_input_types"]?["violence"] == ["text", "image"])
            #expect(parts.json["results"]?.array?.first?["category_applied_input_types"]?["hate"] == ["text"])
            #expect(rig.upstream.callCount == 0)
            for wrong: JSONValue in [
                ["input": .null], ["input": []], ["input": [1]], ["input": ["a", ["type": "text", "text": "b"]]], [:],
                [],
            ] {
                #expect(try await rig.post("/v1/moderations", wrong).status == 400)
            }
        }
    }

    @Test("LiteLLM's hook: requests and responses, with what comes along")
    func liteLLM() async throws {
        try await Rig.run { rig in
            let path = "/beta/litellm_basic_guardrail_api"
            let safe = try await rig.post(path, ["input_type": "request", "texts": ["hello"]])
            #expect(safe.json == ["action": "NONE", "blocked_reason": .null])
            for body: JSONValue in [
                ["input_type": "request", "texts": ["hi", "BEAVER-CANARY"]],
                [
                    "input_type": "response", "texts": ["BEAVER-CANARY"],
                    "structured_messages": [["role": "user", "content": "hi"]],
                ],
                ["input_type": "request", "texts": ["hi"], "images": [.string(try pictureURL(hasPatch: true))]],
                [
                    "input_type": "request", "texts": ["hi"],
                    "structured_messages": [["role": "system", "content": "BEAVER-CANARY"]],
                ],
                [
                    "input_type": "request", "texts": ["hi"],
                    "tools": [["type": "function", "function": ["name": "BEAVER-CANARY"]]], "images": .null,
                ],
            ] {
                let answer = try await rig.post(path, body)
                #expect(answer.json["action"] == "BLOCKED")
                #expect(answer.json["blocked_reason"]?.string?.isEmpty == false)
            }
            let wrong = try await rig.post(path, ["texts": ["hi"]])
            #expect(wrong.status == 400)
        }
    }

    @Test("models: the upstream server's and the guard, and one of them")
    func models() async throws {
        try await Rig.run { rig in
            let list = try await rig.send(.GET, "/v1/models")
            #expect(list.json["object"] == "list")
            #expect(list.json["data"]?.array?.compactMap { $0["id"]?.string } == ["mock", "omni-moderation-latest"])
            #expect(try await rig.send(.GET, "/v1/models/mock").json["object"] == "model")
            let missing = try await rig.send(.GET, "/v1/models/other")
            #expect(missing.status == 404)
            #expect(missing.errorCode == "model_not_found")
        }
    }

    @Test("health, readiness, metrics, the description and the page are served")
    func files() async throws {
        try await Rig.run { rig in
            #expect(try await rig.send(.GET, "/health").status == 200)
            #expect(try await rig.send(.GET, "/ready").status == 200)
            _ = try await rig.chat("hi")
            let metrics = try await rig.send(.GET, "/metrics")
            #expect(metrics.text.contains("gateway_requests_total{route=\"/v1/chat/completions\",status=\"200\"} 1"))
            #expect(metrics.text.contains("gateway_unjudged_bytes_total 0"))
            let description = try await rig.send(.GET, "/openapi.json")
            #expect(description.json["openapi"] == "3.1.0")
            #expect(description.json["paths"]?.object?.count == 9)
            let page = try await rig.send(.GET, "/")
            #expect(page.headers.first(name: "content-security-policy")?.contains("default-src 'none'") == true)
            #expect(page.text.contains("<title>"))
            #expect(try await rig.send(.GET, "/page.js").status == 200)
            #expect(try await rig.send(.GET, "/v1/policy").json["categories"]?.array?.count == 20)
        }
    }
}

import ChatServers
import Foundation
import Gateway
import Guardrails
import ModelServer
import ModelServing
import NIOHTTP1
import SafetyPolicies
import StrictJSON
import TestPeers
import Testing

/// The official Python client's recorded suite, when there is a Python that has it: `OPENAI_PYTHON`, else `python3`.
@Suite("A model server's clients", .serialized)
struct ClientTests {
    @Test("the official openai client's suite passes unmodified")
    func openAI() async throws {
        guard let python = Python.with("openai", named: "OPENAI_PYTHON") else {
            print("SKIPPED: the openai client's suite needs a Python with the package openai; name one in OPENAI_PYTHON")
            return
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Clients/openai_model_suite.py").standardizedFileURL.path
        let (key, hash) = KeyMaking.make()
        try await Rig.run { $0.keys = [KeyConfig(name: "a", sha256: hash)] } body: { rig in
            let result = try await OtherProgram.runAside(
                python.command, [script, "http://127.0.0.1:\(rig.port)/v1", key, try pictureURL(24, 20), try pictureURL(9, 11)],
                errors: .joined)
            #expect(result.status == 0, "\(result.text)")
        }
    }

    @Test("the gateway in front of it judges both ways, and passes on what it says")
    func gateway() async throws {
        let canary = "CANARY-7f3a"
        try await Rig.run { rig in
            let alone = try await rig.chat()
            var config = GatewayConfig()
            (config.port, config.policyReloadSeconds) = (0, 0)
            config.upstream.url = "http://127.0.0.1:\(rig.port)"
            let gateway = try GatewayServer(
                config, guardModel: StubGuard(canary: .init(text: canary)), policies: PolicyHolder(file: nil),
                logger: .silent)
            try await HTTPPeer.serving(gateway.run) { port in
                func ask(_ more: JSONObject = [:], _ content: JSONValue = "how are you?") async throws -> Rig.Answer {
                    try await HTTPPeer(port: port).post("/v1/chat/completions", Rig.body(more, content: content))
                }
                let answer = try await ask()
                #expect(answer.status == 200 && answer.content == alone.content)
                #expect(answer.json["usage"]?["completion_tokens"] == alone.json["usage"]?["completion_tokens"])
                #expect(try await ask(["stream": true]).streamed() == alone.content)
                let seen = try await ask([:], [["type": "text", "text": "look"], picturePart(try pictureURL(24, 20))])
                #expect(seen.status == 200 && seen.choices.first?["finish_reason"]?.string != "content_filter")

                let before = rig.scheduler.load.promptTokens
                let patch = picturePart(try pictureURL(24, 20, hasPatch: true))
                for content: JSONValue in [.string("please \(canary)"), [["type": "text", "text": "look"], patch]] {
                    let refused = try await ask([:], content)
                    #expect(refused.choices.first?["finish_reason"] == "content_filter")
                }
                // What was refused never reached the model.
                #expect(rig.scheduler.load.promptTokens == before)
                let models = try await HTTPPeer(port: port).send(.GET, "/v1/models").json["data"]?.array?.compactMap { $0["id"]?.string }
                #expect(models?.first == Rig.model)
                #expect(try await ask(["max_tokens": 100_000]).status >= 400)
            }
        }
    }
}

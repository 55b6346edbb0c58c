import Conversations
import Foundation
import Gateway
import Guardrails
import SafetyPolicies
import StrictJSON
import TestPeers
import Testing

/// Reliability test G18: there is no cache of verdicts, so nothing can be taken for something else.
@Suite("G18: verdicts are never those of another input", .serialized)
struct VerdictReuseTests {
    @Test("pictures of the same bytes in other shapes, other texts, other policies: each is judged by itself")
    func noReuse() async throws {
        let scripted = ScriptedGuard { try $0.map { _ in try verdict() } }
        try await Rig.run(guardModel: scripted) { rig in
            for (width, height) in [(24, 20), (20, 24), (24, 20)] {
                let before = scripted.inputs.count
                _ = try await rig.post(
                    "/v1/moderations",
                    [
                        "input": [
                            [
                                "type": "image_url",
                                "image_url": ["url": .string(try pictureURL(width: width, height: height))],
                            ]
                        ]
                    ])
                #expect(scripted.inputs.count > before)
            }
            #expect(Set(scripted.inputs.flatMap { $0.turns.flatMap(\.images) }).count == 2)
        }
    }

    @Test("an error is not remembered, nor is a success after it")
    func errors() async throws {
        let answers = ScriptedGuard { inputs in
            if inputs.contains(where: { $0.turns.contains { $0.text.contains("bad") } }) {
                throw GuardError.failed(reason: "x")
            }
            return try inputs.map { _ in try verdict() }
        }
        try await Rig.run(guardModel: answers) { rig in
            for (text, status) in [("good", 200), ("bad", 503), ("good", 200), ("bad", 503), ("bad", 503)] {
                let answer = try await rig.post("/v1/moderations", ["input": .string(text)])
                #expect(answer.status == status)
            }
        }
    }
}

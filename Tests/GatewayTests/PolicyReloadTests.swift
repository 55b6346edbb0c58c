import Foundation
import Gateway
import Guardrails
import NIOHTTP1
import SafetyPolicies
import TestPeers
import Testing

@Suite("Policy reload", .serialized)
struct PolicyReloadTests {
    @Test("a new file is taken up while the gateway runs, and a wrong one is not")
    func reload() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let packaged = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/SafetyPolicies/Resources/default-policy.yaml")
        let text = try String(contentsOf: packaged, encoding: .utf8)
        try text.write(to: file, atomically: true, encoding: .utf8)
        try await Rig.run(policyFile: file) {
            $0.policyReloadSeconds = 0.05
        } body: { rig in
            func policy() async throws -> String {
                try await rig.chat("hi").headers.first(name: "x-guard-policy") ?? ""
            }
            func wait(for text: String) async throws {
                for _ in 0..<200 where !rig.server.metricsText.contains(text) {
                    try await Task.sleep(for: .seconds(0.05))
                }
                #expect(rig.server.metricsText.contains(text))
            }
            #expect(try await policy().hasPrefix("default/1.0/"))
            try text.replacing("version: \"1.0\"", with: "version: \"2.0\"").write(
                to: file, atomically: true, encoding: .utf8)
            try await wait(for: "gateway_policy_reloads_total{result=\"replaced\"} 1")
            #expect(try await policy().hasPrefix("default/2.0/"))
            try "version: 3".write(to: file, atomically: true, encoding: .utf8)
            try await wait(for: "gateway_policy_reloads_total{result=\"kept\"}")
            #expect(try await policy().hasPrefix("default/2.0/"))
            #expect(try await rig.chat("BEAVER-CANARY").headers.first(name: "x-guard-decision") == "refused-request")
        }
    }
}

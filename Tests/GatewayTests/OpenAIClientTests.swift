import Foundation
import Gateway
import Guardrails
import TestPeers
import Testing

/// The official Python client's recorded suite, when there is a Python that has it: `OPENAI_PYTHON`, else `python3`.
@Suite("The official openai client", .serialized)
struct OpenAIClientTests {
    @Test("its suite passes unmodified")
    func suite() async throws {
        guard let python = Python.with("openai", named: "OPENAI_PYTHON") else {
            print(
                "SKIPPED: the openai client's suite needs a Python with the package openai; name one in OPENAI_PYTHON")
            return
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Clients/openai_suite.py")
            .standardizedFileURL.path
        let canary = freshCanary()
        try await Rig.run(guardModel: StubGuard(canary: .init(text: canary))) {
            $0.keys = [AccessTests.entry()]
        } body: { rig in
            let result = try await OtherProgram.runAside(
                python.command,
                [
                    script, "http://127.0.0.1:\(rig.port)/v1", AccessTests.key, canary, try pictureURL(),
                    try pictureURL(hasPatch: true),
                ], errors: .joined)
            #expect(result.status == 0, "\(result.text)")
        }
    }
}

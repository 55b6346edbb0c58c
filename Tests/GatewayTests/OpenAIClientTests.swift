import Foundation
import Gateway
import Guardrails
import Testing

/// The official Python client's recorded suite, when there is a Python that has it: `OPENAI_PYTHON`, else `python3`.
@Suite("The official openai client", .serialized)
struct OpenAIClientTests {
    @Test("its suite passes unmodified")
    func suite() async throws {
        let python = ProcessInfo.processInfo.environment["OPENAI_PYTHON"] ?? "/usr/bin/env"
        let first = python == "/usr/bin/env" ? ["python3"] : []
        let found = try await Self.output(python, first + ["-c", "import openai"])
        guard found.status == 0 else {
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
            let result = try await Self.output(
                python,
                first + [
                    script, "http://127.0.0.1:\(rig.port)/v1", AccessTests.key, canary, try pictureURL(),
                    try pictureURL(hasPatch: true),
                ])
            #expect(result.status == 0, "\(result.text)")
        }
    }

    private static func output(_ program: String, _ arguments: [String]) async throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = await Task.detached {
            String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }.value
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

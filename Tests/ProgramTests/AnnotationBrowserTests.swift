import Foundation
import TestPeers
import Testing

/// The annotation pages as people meet them: a browser, a keyboard, a small screen, a connection that is lost.
@Suite("The annotation pages in a browser", .serialized)
struct AnnotationBrowserTests {
    private static let python = Python.with("playwright")
    private static let hasBrowser = FileManager.default.isExecutableFile(
        atPath: ProcessInfo.processInfo.environment["CHROMIUM"] ?? "/usr/bin/chromium")

    @Test(
        "lead from the invitation to the export, and run nothing that was imported",
        .enabled(if: python != nil && hasBrowser, "no Python with playwright (SAFE_RLHF_V_PYTHON) or no Chromium (CHROMIUM)"))
    func suite() throws {
        let folder = try TemporaryFolder()
        let sizes = ["world.lessons=2", "world.conversations=4", "world.trainingPairs=6", "world.evaluationPairs=2"]
        let made = try Program.run(["data", "synth", "--output", folder("world").path] + SmallWorld.set(sizes))
        try #require(made.ending == .exit(0), "\(made.errors)")
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Clients/annotation_test.py").standardizedFileURL
        let said = try #require(Self.python).run(file: script, Program.executable.path, folder("world/data/pairs").path)
        #expect(said.contains("ok    the store is sound") && !said.contains("FAIL"), "\(said)")
    }
}

import Foundation
import Testing

@Suite("The documentation")
struct DocumentationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("names tests that exist")
    func guarantees() throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/algorithms.md"), encoding: .utf8)
        let rows = text.matches(of: /\| [^|\n]+ \| ([^|\n]+) \| `(\w+Tests\/[\w\/]+)` \|/)
        #expect(rows.count > 40)
        for row in rows {
            let file = Self.root.appending(path: "Tests/\(row.2).swift")
            let source = try String(contentsOf: file, encoding: .utf8)
            #expect(source.contains("\"\(row.1)\""), "\(row.2) has no test “\(row.1)”")
        }
    }

    /// Keys are read off the program's own `--dry-run`, so that one that is added has to be described.
    @Test("describes every key of the training commands", arguments: ["sft", "cost", "safe-rlhf-v"])
    func keys(command: String) throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/train.md"), encoding: .utf8)
        let models = command == "safe-rlhf-v" ? ["--policy", "p", "--reward", "r", "--cost", "c"] : ["--model", "m"]
        let result = try Program.run(["train", command, "--data", "d", "--output", "o", "--dry-run"] + models)
        let keys = result.output.split(separator: "\n").compactMap { $0.firstMatch(of: /^ *(\w+):/)?.1 }
        #expect(keys.count > 20)
        for key in keys { #expect(text.contains(try Regex("[`.]\(key)[`.]")), "\(key) is not in docs/train.md") }
    }
}

import Foundation
import Testing

/// By hand: the commands around data sets, on the small world.
@Suite("Commands around data sets", .serialized)
struct DataCommandTests {
    let world: SmallWorld
    let folder: TemporaryFolder

    init() throws {
        world = try SmallWorld.shared.get()
        folder = try TemporaryFolder()
    }

    private func run(_ arguments: [String], _ status: Int32 = 0) throws -> (output: String, errors: String) {
        let result = try Program.run(arguments)
        try #require(result.ending == .exit(status), "\(arguments) \(result.errors)")
        return (result.output, result.errors)
    }

    @Test("what is exported is imported again, and its labels are the same", arguments: ["trl", "ms-swift", "sharegpt", "label-studio", "argilla"])
    func roundTrip(format: String) throws {
        _ = try run(["data", "export", world.pairs.path, "--to", format, "--output", folder("out").path])
        let report = try run(["data", "import", folder("out").path, "--from", format, "--output", folder("back").path]).output
        #expect(report.contains("0 records left out"))
        let labels = { (data: URL) in try run(["data", "stats", data.path]).output }
        #expect(try labels(folder("back")) == labels(world.pairs))
        #expect(try run(["data", "check", folder("back").path]).output.contains(" 0 with errors"))
    }

    @Test("audit, split and card")
    func audit() throws {
        let split = try run(["data", "split", world.pairs.path, "--evaluation", "0.25", "--seed", "3", "--output", folder("split").path]).output
        #expect(split.contains(" train + ") && split.contains(folder("split").path))
        #expect(try run(["data", "audit", folder("split").path]).output.contains("leakage    0 training rows"))
        _ = try run(["data", "card", folder("split").path, "--license", "cc0-1.0", "--usage", "test-only", "--write"])
        let card = try String(contentsOf: folder("split/README.md"), encoding: .utf8)
        #expect(card.hasPrefix("---\nlicense: cc0-1.0\nusage: test-only\n"))
        let errors = try run(
            ["train", "reward", "--model", world.start.path, "--data", folder("split").path, "--output", folder("run").path], 65).errors
        #expect(errors.contains("test-only"))
    }

    @Test("every training command refuses test-only data")
    func testOnly() throws {
        for name in ["pairs", "conversations"] {
            try FileManager.default.copyItem(at: world.folder("data/\(name)"), to: folder(name))
            try Data("---\nusage: test-only\n---\n".utf8).write(to: folder("\(name)/README.md"))
        }
        let model = ["--model", world.start.path]
        let commands = [
            ["sft", "--data", folder("conversations").path] + model, ["reward", "--data", folder("pairs").path] + model,
            ["cost", "--data", folder("pairs").path] + model, ["guard", "--data", folder("pairs").path] + model,
        ]
        for (number, command) in commands.enumerated() {
            #expect(try run(["train"] + command + ["--output", folder("run-\(number)").path], 65).errors.contains("test-only"), "\(command)")
        }
        let policies = ["--policy", world.start.path, "--reward", world.reward.path]
        for (number, command) in [["ppo"], ["safe-rlhf-v", "--cost", world.cost.path]].enumerated() {
            let errors = try run(
                ["train"] + command + policies + ["--data", folder("pairs").path, "--output", folder("policy-\(number)").path], 65).errors
            #expect(errors.contains("test-only"), "\(command)")
        }
    }

    @Test("data get: a path is printed as it is; what is not on this machine yet is told")
    func get() throws {
        #expect(try run(["data", "get", world.pairs.path]).output == world.pairs.path + "\n")
        #expect(try run(["data", "check", "hf://team/nothing"], 64).errors.contains("data get hf://team/nothing"))
        #expect(try run(["data", "get", "hf://team"], 64).errors.contains("hf://OWNER/NAME"))
        #expect(try run(["data", "get", "hf://team/x", "--endpoint", "http://127.0.0.1:1"], 74).errors.contains("127.0.0.1:1"))
    }

    @Test("import tells what it left out, and stops where it is told to")
    func importing() throws {
        try Data("{}\n".utf8).write(to: folder("rows.jsonl"))
        let arguments = ["data", "import", folder("rows.jsonl").path, "--from", "spa-vl", "--category", "animal_abuse", "--output", folder("out").path]
        #expect(try run(arguments, 65).errors.contains("rows.jsonl, row 0: column 'question': found no value, expected text"))
        #expect(try run(arguments + ["--on-error", "quarantine"]).output.contains("1 records left out\n  left out  1 × missing value (question)"))
        #expect(try run(["data", "export", world.conversations.path, "--to", "pairwise", "--output", folder("x").path], 64).errors.contains("question-answer"))
    }
}

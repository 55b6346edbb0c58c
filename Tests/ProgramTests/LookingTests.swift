import Foundation
import Testing

/// By hand: commands that look and speak, on the small world.
@Suite("Commands that look and speak", .serialized)
struct LookingTests {
    let world: SmallWorld

    init() throws { world = try SmallWorld.shared.get() }

    private func output(_ arguments: [String], input: String? = nil) throws -> String {
        let result = try Program.run(arguments, input: input)
        try #require(result.ending == .exit(0), "\(arguments) \(result.errors)")
        return result.output
    }

    @Test("data show has every stage of both forms", arguments: ["pairs", "conversations"])
    func show(form: String) throws {
        let data = world.folder("data/\(form)").path
        let responses = form == "pairs" ? 2 : 1
        #expect(try output(["data", "show", data, "--stage", "row"]).contains("question (text): "))
        #expect(try output(["data", "show", data, "--stage", "sample", "--row", "1"]).contains("prompt: "))
        let turns = try output(["data", "show", data, "--stage", "conversation"])
        #expect(turns.matches(of: #/assistant: /#).count == responses)
        let encoded = try output(["data", "show", data, "--stage", "encoded", "--model", world.start.path])
        #expect(encoded.matches(of: #/response range  \d+\.\.<\d+/#).count == responses)
        #expect(encoded.matches(of: #/pictures        1/#).count == responses)
        #expect(try Program.run(["data", "show", data, "--row", "9999"]).ending == .exit(64))
    }

    @Test("chat answers every line until an empty one, and the same seed gives the same answers")
    func chat() throws {
        let arguments = ["chat", "--model", world.start.path, "--maximum-new-tokens", "4", "--seed", "3"]
        let first = try output(arguments, input: "Hello\nAgain\n\nNot read\n")
        #expect(try output(arguments, input: "Hello\nAgain\n\nNot read\n") == first)
        #expect(first.count { $0 == "\n" } >= 2)
    }

    @Test("a resolved configuration can be given back to --config")
    func dryRun() throws {
        let folder = try TemporaryFolder()
        let command = ["train", "cost", "--model", "m", "--data", "d", "--output", "o", "--dry-run"]
        let first = try output(command + SmallWorld.set(["epochs=0.5", "tuning.method=lora", "dtype=bfloat16"]))
        try Data(first.utf8).write(to: folder("config.yaml"))
        #expect(try output(command + ["--config", folder("config.yaml").path]) == first)
    }
}

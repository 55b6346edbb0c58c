import Conversations
import EmbeddedWorld
import Foundation
import PreferenceData
import Testing
import Torch

/// By hand: every way in which a command can fail has its exit status, and a message that names the place and the reason.
@Suite("What the program says and returns when it cannot go on", .serialized)
struct ExitTests {
    let world: SmallWorld
    let folder: TemporaryFolder

    init() throws {
        world = try SmallWorld.shared.get()
        folder = try TemporaryFolder()
    }

    private func expect(
        _ arguments: [String], _ status: Int32, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try Program.run(arguments)
        #expect(result.ending == .exit(status), "\(result.errors)", sourceLocation: sourceLocation)
        for part in parts {
            #expect(result.errors.contains(part), "no “\(part)” in: \(result.errors)", sourceLocation: sourceLocation)
        }
        #expect(!result.errors.contains("Fatal error"), sourceLocation: sourceLocation)
    }

    private func sft(data: URL, _ settings: String...) -> [String] {
        ["train", "sft", "--model", world.start.path, "--data", data.path, "--output", folder("run").path] + SmallWorld.set(settings)
    }

    @Test("64: options and settings that cannot be, each problem by its path")
    func usage() throws {
        try expect(["train", "sft"], 64, "--model")
        try expect(["no-such-command"], 64, "no-such-command")
        try expect(sft(data: world.conversations, "optimizer.adamW.learningrate=1"), 64, "optimizer.adamW.learningrate", "learningRate")
        try expect(sft(data: world.conversations, "batchSize=0", "epochs=-1"), 64, "batchSize must be ≥ 1, found 0", "epochs must be > 0")
        let run = SmallRun(
            world: world, output: folder("run"), settings: ["ppo.clipRatio=2", "lagrange.bound=-1", "policyTuning.method=lora", "policyTuning.lora.rank=0"])
        try expect(
            run.arguments(), 64, "ppo.clipRatio must be in (0, 1), found 2", "lagrange.bound must be", "policyTuning.lora.rank must be ≥ 1")
        try expect(["generate", "--model", world.start.path, "--prompt", "Hi", "--top-p", "7"], 64, "topP must be in (0, 1], found 7")
    }

    @Test("64: a run folder that is not for this run")
    func foreignFolders() throws {
        try Data("x".utf8).write(to: folder("notes.txt"))
        try expect(
            ["train", "sft", "--model", world.start.path, "--data", world.conversations.path, "--output", folder.url.path], 64,
            folder.url.path, "notes.txt", "--output")
        let run = SmallRun(world: world, output: folder("run"), settings: ["epochs=0.2"])
        #expect(try Program.run(run.arguments()).ending == .exit(0))
        try expect(run.arguments(), 64, "already holds a run", "--resume")
        let changed = SmallRun(world: world, output: folder("run"), settings: ["epochs=0.2", "lagrange.bound=15"])
        try expect(changed.arguments(resuming: true), 64, "lagrange.bound: was 20", "is 15")
    }

    @Test("65: a row that cannot be used, by file, row, column and value")
    func badRow() throws {
        let place = folder("data/data/animal_abuse")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        var rows = try WorldDataset(seed: 5).pairs(3, .train)
        rows[1].areResponsesSafe.first = "maybe"
        try RowWriter.write(rows, to: place.appending(path: "train.parquet"))
        try expect(
            ["train", "reward", "--model", world.start.path, "--data", folder("data").path, "--output", folder("run").path], 65,
            "train.parquet", "row 1", "is_response_1_safe", "\"maybe\"")
    }

    @Test("65: a Parquet file with damaged bytes")
    func damagedParquet() throws {
        let place = folder("data/data/animal_abuse")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let file = place.appending(path: "train.parquet")
        try RowWriter.write(WorldDataset(seed: 5).pairs(3, .train), to: file)
        let bytes = try Data(contentsOf: file)
        try bytes.prefix(bytes.count / 2).write(to: file)
        try expect(
            ["train", "reward", "--model", world.start.path, "--data", folder("data").path, "--output", folder("run").path], 65,
            "train.parquet", "Parquet")
    }

    @Test("65: a model whose weights are not numbers, one with a layer too few, and a damaged configuration")
    func badModels() throws {
        let notFinite = try copy(world.start, as: "nan", changing: { name, tensor in
            if name.hasSuffix("model.norm.weight") { try tensor.multiply(by: .nan) }
        })
        try expect(["generate", "--model", notFinite.path, "--prompt", "Hi"], 65, "not finite", "token 0")

        let short = try copy(world.start, as: "short", leavingOut: { name in name.contains("layers.1.mlp.up_proj") })
        try expect(["generate", "--model", short.path, "--prompt", "Hi"], 65, "missing", "layers.1.mlp.up_proj.weight")

        let broken = try copy(world.start, as: "broken")
        try Data("{\"text_config\": }".utf8).write(to: broken.appending(path: "config.json"))
        try expect(["generate", "--model", broken.path, "--prompt", "Hi"], 65, "line 1", "column")
    }

    @Test("65: a score model without a score head is not used to score")
    func missingHead() throws {
        let run = SmallRun(world: world, output: folder("run"), reward: world.start)
        try expect(run.arguments(), 65, "score_head.weight", "missing")
    }

    @Test("65: a picture that cannot be decoded")
    func badPicture() throws {
        try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]).write(to: folder("broken.png"))
        try expect(
            ["generate", "--model", world.start.path, "--prompt", "Hi", "--image", folder("broken.png").path], 65, "PNG")
    }

    @Test("65: data whose card keeps it for tests")
    func testOnly() throws {
        let data = folder("data")
        try FileManager.default.copyItem(at: world.conversations, to: data)
        try Data("---\nusage: test-only\n---\n".utf8).write(to: data.appending(path: "README.md"))
        try expect(sft(data: data), 65, data.path, "test-only")
    }

    @Test("66: what is not there, by its path")
    func missing() throws {
        let nowhere = folder("nowhere").path
        try expect(["generate", "--model", nowhere, "--prompt", "Hi"], 66, nowhere)
        try expect(sft(data: folder("nowhere")), 66, nowhere)
        try expect(["checkpoint", "verify", nowhere], 66, nowhere)
        try expect(["data", "check", nowhere], 66, nowhere)
        try expect(sft(data: world.conversations) + ["--config", nowhere], 66, nowhere)
        try expect(["generate", "--model", world.start.path, "--prompt", "Hi", "--image", nowhere], 66, nowhere)
    }

    @Test("74: an output that cannot be written, by its path")
    func unwritable() throws {
        try Data().write(to: folder("file"))
        let output = folder("file/run")
        try expect(
            ["train", "sft", "--model", world.start.path, "--data", world.conversations.path, "--output", output.path], 74,
            "cannot create the folder \(folder("file").path): File exists")
    }

    /// A copy of a model folder with its tensors changed, or some of them left out.
    private func copy(
        _ model: URL, as name: String, leavingOut isLeftOut: (String) -> Bool = { _ in false },
        changing change: (String, Tensor) throws -> Void = { _, _ in }
    ) throws -> URL { try changedCopy(of: model, at: folder(name), leavingOut: isLeftOut, changing: change) }
}

/// A copy of a model folder with its tensors changed in place, or some of them left out.
func changedCopy(
    of model: URL, at copy: URL, leavingOut isLeftOut: (String) -> Bool = { _ in false }, changing change: (String, Tensor) throws -> Void
) throws -> URL {
    try FileManager.default.copyItem(at: model, to: copy)
    for name in try FileManager.default.contentsOfDirectory(atPath: copy.path) where name.hasSuffix(".safetensors") {
        let file = try SafetensorsFile(model.appending(path: name))
        let tensors = try file.names.filter { !isLeftOut($0) }.map { ($0, try file.tensor($0)) }
        for (name, tensor) in tensors { try change(name, tensor) }
        try Safetensors.write(tensors, to: copy.appending(path: name))
    }
    return copy
}

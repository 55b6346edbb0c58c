import Foundation
import Testing

/// Data, an untrained model and two score models as small as they can be, made once by the program itself.
struct SmallWorld: Sendable {
    static let shared = Swift.Result { try SmallWorld() }

    let folder: TemporaryFolder

    var start: URL { folder("models/start") }
    var pairs: URL { folder("data/pairs") }
    var conversations: URL { folder("data/conversations") }
    var reward: URL { folder("reward/model") }
    var cost: URL { folder("cost/model") }

    /// 24 pairs, so 24 prompts; a model of some ten thousand weights.
    private init() throws {
        folder = try TemporaryFolder()
        let sizes = [
            "seed=3", "world.lessons=2", "world.conversations=12", "world.trainingPairs=24", "world.evaluationPairs=4",
            "model.vocabularySize=320", "model.visionWidth=8", "model.visionLayers=2", "model.visionHeads=2", "model.patchSize=24",
            "model.textWidth=16", "model.textLayers=2", "model.textHeads=2", "model.textKeyValueHeads=1",
        ]
        try Self.expectSuccess(["data", "synth", "--output", folder.url.path] + Self.set(sizes))
        for name in ["reward", "cost"] {
            try Self.expectSuccess(
                ["train", name, "--model", start.path, "--data", pairs.path, "--output", folder(name).path, "--threads", "1"]
                    + Self.set(["epochs=0.5", "optimizer.adamW.learningRate=0.001", "checkpointing.everySteps=0"]))
        }
    }

    static func set(_ values: [String]) -> [String] { values.flatMap { ["--set", $0] } }

    private static func expectSuccess(_ arguments: [String]) throws {
        let result = try Program.run(arguments)
        try #require(result.ending == .exit(0), "\(arguments.joined(separator: " "))\n\(result.errors)")
    }
}

/// A complete run of Safe RLHF-V: three models that learn, λ, a supervised set, 24 steps, saved after every third.
struct SmallRun {
    let world: SmallWorld
    let output: URL
    var settings: [String] = []
    var reward: URL?
    var cost: URL?
    static let steps = 24
    static let stepsBetweenSaves = 3

    func arguments(resuming: Bool = false) -> [String] {
        let defaults = [
            "epochs=4", "rolloutSize=4", "supervisedBatchSize=2", "sampling.maximumNewTokens=6", "ppo.miniBatchSize=2",
            "policyOptimizer.adamW.learningRate=0.001", "criticOptimizer.adamW.learningRate=0.001", "lagrange.windowSize=10",
            "checkpointing.everySteps=\(Self.stepsBetweenSaves)", "checkpointing.keepLast=2",
        ]
        return [
            "train", "safe-rlhf-v", "--policy", world.start.path, "--reward", (reward ?? world.reward).path, "--cost",
            (cost ?? world.cost).path, "--data", world.pairs.path, "--supervised", world.conversations.path, "--output", output.path,
            "--threads", "1", "--device", "cpu",
        ] + (resuming ? ["--resume"] : []) + SmallWorld.set(defaults + settings)
    }

    func checkpoint(_ step: Int = SmallRun.steps) -> URL {
        let digits = String(step)
        return output.appending(path: "checkpoints/step-" + String(repeating: "0", count: 8 - digits.count) + digits)
    }

    /// The program's own word on all state at the end.
    func digest() throws -> String {
        let result = try Program.run(["checkpoint", "digest", checkpoint().path])
        try #require(result.ending == .exit(0), "\(result.errors)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func metrics() throws -> String { String(decoding: try Data(contentsOf: output.appending(path: "metrics.jsonl")), as: UTF8.self) }

    /// Steps in the log so far; a line that is being written does not count.
    var loggedSteps: Int { (try? metrics().count { $0 == "\n" }) ?? 0 }

    /// Waits until the run has logged that many steps, or has ended.
    func wait(forStep step: Int, of program: RunningProgram) {
        while program.isRunning, loggedSteps < step { usleep(2000) }
    }
}

/// What a run that nobody disturbed ends with; made once.
struct Undisturbed: Sendable {
    static let shared = Swift.Result { try Undisturbed() }

    let digest: String
    let metrics: String
    let seconds: Double

    private init() throws {
        let world = try SmallWorld.shared.get()
        let run = SmallRun(world: world, output: world.folder("undisturbed"))
        let start = ContinuousClock.now
        let result = try Program.run(run.arguments())
        seconds = (ContinuousClock.now - start) / .seconds(1)
        try #require(result.ending == .exit(0), "\(result.errors)")
        (digest, metrics) = (try run.digest(), try run.metrics())
    }
}

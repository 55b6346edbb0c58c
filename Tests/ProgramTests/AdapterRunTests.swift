import Foundation
import Testing

/// By law: every role on one trunk, from the command line, and the run resumes like any other.
@Suite("Training by adapters", .serialized)
struct AdapterRunTests {
    let world: SmallWorld
    let folder: TemporaryFolder

    init() throws {
        world = try SmallWorld.shared.get()
        folder = try TemporaryFolder()
    }

    @Test("score models leave adapters that stand on the policy's trunk, and a run that is stopped there goes on to the same state")
    func sharedTrunk() throws {
        for name in ["reward", "cost"] {
            let result = try Program.run(
                ["train", name, "--model", world.start.path, "--data", world.pairs.path, "--output", folder(name).path, "--threads", "1"]
                    + SmallWorld.set(["epochs=0.5", "tuning.method=lora", "tuning.lora.rank=2", "optimizer.adamW.learningRate=0.01"]))
            try #require(result.ending == .exit(0), "\(result.errors)")
        }
        func run(_ name: String) -> SmallRun {
            SmallRun(
                world: world, output: folder(name),
                settings: ["epochs=1", "gradientCheckpointing=true"]
                    + ["policyTuning", "rewardCriticTuning", "costCriticTuning"].flatMap { ["\($0).method=lora", "\($0).lora.rank=2"] },
                reward: folder("reward/model/adapters"), cost: folder("cost/model/adapters"))
        }
        let (straight, stopped) = (run("straight"), run("stopped"))
        #expect(try Program.run(straight.arguments()).ending == .exit(0))
        let program = try Program.start(stopped.arguments())
        stopped.wait(forStep: 2, of: program)
        program.send(SIGTERM)
        #expect(try program.result().ending == .exit(75))
        #expect(try Program.run(stopped.arguments(resuming: true)).ending == .exit(0))
        func digest(_ run: SmallRun) throws -> String { try Program.run(["checkpoint", "digest", run.checkpoint(6).path]).output }
        #expect(try digest(straight) == digest(stopped))
        #expect(!(try digest(straight)).isEmpty)

        // The trained policy is a plain model, and its adapters lie beside it.
        let answer = ["generate", "--model", folder("straight/model").path, "--prompt", "Hello", "--maximum-new-tokens", "3"]
        #expect(try Program.run(answer).ending == .exit(0))
        #expect(FileManager.default.fileExists(atPath: folder("straight/model/adapters/adapter_config.json").path))
    }

    @Test("adapters on the weights of a policy that trains them itself are refused")
    func refused() throws {
        let result = try Program.run(
            ["train", "reward", "--model", world.start.path, "--data", world.pairs.path, "--output", folder("reward").path, "--threads", "1"]
                + SmallWorld.set(["epochs=0.2", "tuning.method=lora"]))
        try #require(result.ending == .exit(0), "\(result.errors)")
        let run = SmallRun(world: world, output: folder("run"), reward: folder("reward/model/adapters"))
        let refused = try Program.run(run.arguments())
        #expect(refused.ending == .exit(64) && refused.errors.contains("policyTuning.method=lora"), "\(refused.errors)")
    }
}

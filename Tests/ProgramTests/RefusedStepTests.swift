import Foundation
import StrictJSON
import Testing
import Torch
import Training
import VisionLanguageModels

/// By law: a number that is not finite costs a step, never a run's weights or its multiplier.
@Suite("Numbers that are not finite in a run", .serialized)
struct RefusedStepTests {
    let world: SmallWorld
    let folder: TemporaryFolder

    init() throws {
        world = try SmallWorld.shared.get()
        folder = try TemporaryFolder()
    }

    @Test("a score model that gives none ends the run with 79, and its site by name", arguments: ["rewards", "costs"])
    func always(site: String) throws {
        let broken = try changedCopy(of: site == "rewards" ? world.reward : world.cost, at: folder("broken"), changing: { name, tensor in
            if name == "score_head.weight" { try tensor.multiply(by: .nan) }
        })
        var run = SmallRun(world: world, output: folder("run"), settings: ["checkpointing.maximumRefusedSteps=3"])
        if site == "rewards" { run.reward = broken } else { run.cost = broken }
        let result = try Program.run(run.arguments())
        #expect(result.ending == .exit(79), "\(result.errors)")
        #expect(result.errors.contains("3 steps in a row were refused") && result.errors.contains("not finite in: \(site)"), "\(result.errors)")
        #expect(run.loggedSteps == 3)
        let counted = try lines(of: run).map { $0["steps/refused"]?.number }
        #expect(counted == [1, 2, 3])
    }

    /// The cost model does not know one word of one question, so only the steps that draw this prompt are refused.
    @Test("a score model that gives some costs steps, each reported with its items, and λ stays finite")
    func sometimes() throws {
        let rare = try rarestToken()
        let broken = try changedCopy(of: world.cost, at: folder("broken"), changing: { name, tensor in
            guard name.hasSuffix("embed_tokens.weight") else { return }
            try withoutGradient { try tensor.selected(0, Int(rare)).multiply(by: .nan) }
        })
        let run = SmallRun(world: world, output: folder("run"), settings: ["epochs=3", "checkpointing.maximumRefusedSteps=18"], cost: broken)
        let result = try Program.run(run.arguments())
        try #require(result.ending == .exit(0), "\(result.errors)")
        let lines = try lines(of: run)
        let refused = lines.filter { $0["steps/refused_now"]?.number == 1 }
        #expect(!refused.isEmpty && refused.count < lines.count)
        #expect(lines.last?["steps/refused"]?.number == Double(refused.count))
        #expect(result.errors.split(separator: "\n").count { $0.contains("was refused: not finite in costs; items") } == refused.count)
        let lambdas = lines.compactMap { $0["lagrange/lambda"]?.number }
        #expect(lambdas.count == lines.count - refused.count && lambdas.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 20 })
        #expect(!(try run.metrics()).contains("NaN"))
    }

    private func lines(of run: SmallRun) throws -> [JSONValue] {
        try run.metrics().split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    /// A token of few of the prompts, in whose embedding a cost model may be broken without breaking every step.
    private func rarestToken() throws -> Int32 {
        let processor = try Processor(readingFrom: world.start)
        let prompts = try TrainingData.prompts(world.pairs).map { Set(try processor.encode($0, addGenerationPrompt: true).tokens) }
        var counts: [Int32: Int] = [:]
        for token in prompts.joined() { counts[token, default: 0] += 1 }
        return try #require(counts.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key)
    }
}

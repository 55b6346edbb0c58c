import Alignment
import Conversations
import Generation
import PreferenceData
import Foundation
import RunFolders
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@testable import Training

/// A task, interrupted after some steps and continued by a new object, against one that was not.
private func digests(steps: Int, interruptedAfter: Int, _ make: () throws -> any TrainingTask) throws -> (straight: String, resumed: String) {
    func digest(_ task: any TrainingTask, _ folder: TemporaryFolder) throws -> String {
        let store = CheckpointStore(in: folder.url, keepLast: 1)
        try store.save(step: task.step) { try task.save(to: $0) }
        return try CheckpointStore.digest(of: store.url(task.step))
    }
    let (first, second, middle) = (try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder())
    let straight = try make()
    while straight.step < steps { _ = try straight.advance() }

    let interrupted = try make()
    while interrupted.step < interruptedAfter { _ = try interrupted.advance() }
    try interrupted.save(to: middle.url)
    let resumed = try make()
    try resumed.restore(from: middle.url)
    while resumed.step < steps { _ = try resumed.advance() }
    return (try digest(straight, first), try digest(resumed, second))
}

@Suite("Stopping and resuming changes nothing", .serialized)
struct ResumeTests {
    let world: TinyWorld

    init() throws { world = try TinyWorld() }

    @Test("supervised fine-tuning", arguments: [1, 3])
    func supervised(interruptedAfter: Int) throws {
        var config = SupervisedConfig()
        config.batchSize = 4
        config.optimizer.adamW.learningRate = 1e-3
        let result = try digests(steps: 5, interruptedAfter: interruptedAfter) {
            try SupervisedTraining(config, world.policy(), world.processor, world.conversations)
        }
        #expect(result.straight == result.resumed)
    }

    @Test("cost model")
    func cost() throws {
        let result = try digests(steps: 5, interruptedAfter: 2) {
            try ScoreTraining(ScoreTrainingConfig(.cost), world.scoreModel(seed: 3), world.processor, world.pairs)
        }
        #expect(result.straight == result.resumed)
    }

    @Test("guard", arguments: [1, 4])
    func guardModel(interruptedAfter: Int) throws {
        var config = GuardTrainingConfig()
        config.batchSize = 4
        config.optimizer.adamW.learningRate = 1e-3
        config.examples.earlierTurnShare = 0.5
        var rows = GuardExamples()
        for pair in world.pairs { rows.add(pair) }
        let result = try digests(steps: 5, interruptedAfter: interruptedAfter) {
            try GuardTraining(config, GuardModel(world.config, RandomStart(seed: 6), headSeed: 6), world.processor, rows.all)
        }
        #expect(result.straight == result.resumed)
    }

    @Test("Safe RLHF-V with a supervised set: three trained models, λ, its window, both cursors, the generator", arguments: [1, 2, 3])
    func constrained(interruptedAfter: Int) throws {
        var config = PolicyTrainingConfig(.safeRLHFV)
        config.rolloutSize = 4
        config.supervisedBatchSize = 2
        config.sampling.maximumNewTokens = 6
        config.ppo.miniBatchSize = 2
        config.policyOptimizer.adamW.learningRate = 1e-3
        let result = try digests(steps: 4, interruptedAfter: interruptedAfter) {
            try PolicyTraining(
                config,
                PolicyTrainingModels(
                    policy: world.policy(), rewardModel: world.scoreModel(seed: 4), costModel: world.scoreModel(seed: 5)),
                world.processor, prompts: world.pairs.map { $0.conversation(response: nil) }, supervised: world.conversations)
        }
        #expect(result.straight == result.resumed)
    }

    @Test("a different seed gives another run")
    func seeds() throws {
        func parameters(seed: UInt64) throws -> [Float] {
            var config = SupervisedConfig()
            (config.batchSize, config.seed) = (4, seed)
            config.optimizer.adamW.learningRate = 1e-3
            let model = try world.policy()
            let task = try SupervisedTraining(config, model, world.processor, world.conversations)
            for _ in 0..<3 { _ = try task.advance() }
            return try model.parameters.members.last?.tensor.floats() ?? []
        }
        #expect(try parameters(seed: 1) == parameters(seed: 1))
        #expect(try parameters(seed: 1) != parameters(seed: 2))
    }
}

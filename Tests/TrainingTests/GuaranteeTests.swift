import Alignment
import Conversations
import EmbeddedWorld
import Foundation
import Generation
import PreferenceData
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@testable import Training

/// What a policy run promises about its roles, its data and its batches.
@Suite("Roles, data and batches of a run", .serialized)
struct GuaranteeTests {
    let world: TinyWorld

    init() throws { world = try TinyWorld() }

    private func task(
        _ config: PolicyTrainingConfig, rewardCritic: ScoreModel? = nil, costCritic: ScoreModel? = nil, rewardModel: ScoreModel? = nil
    ) throws -> PolicyTraining {
        try PolicyTraining(
            config,
            PolicyTrainingModels(
                policy: world.policy(), rewardModel: rewardModel ?? world.scoreModel(seed: 4), costModel: world.scoreModel(seed: 5),
                rewardCritic: rewardCritic, costCritic: costCritic),
            world.processor, prompts: world.pairs.map { $0.conversation(response: nil) })
    }

    private func names(_ task: PolicyTraining, _ role: String) throws -> (names: [String], head: [Float]) {
        let folder = try TemporaryFolder()
        try task.save(to: folder.url)
        let file = try SafetensorsFile(folder.url.appending(path: role + ".safetensors"))
        return (file.names, try file.tensor("score_head.weight").floats())
    }

    @Test("a critic that is given is the one that learns, and each critic freezes what it is told to")
    func givenCritics() throws {
        var config = PolicyTrainingConfig(.safeRLHFV)
        config.costCriticTuning.freezing = FreezingConfig(visionTower: true, projector: true, languageModel: true)
        let (reward, cost) = (try world.scoreModel(seed: 14), try world.scoreModel(seed: 15))
        let task = try task(config, rewardCritic: reward, costCritic: cost)
        #expect(try names(task, "cost_critic").names == ["score_head.weight"])
        #expect(try names(task, "cost_critic").head == cost.parameters["score_head.weight"]?.floats())
        #expect(try names(task, "reward_critic").head == reward.parameters["score_head.weight"]?.floats())
        let learning = try names(task, "reward_critic").names.map(ModelComponent.init(ofParameter:))
        #expect(Set(learning) == [.projector, .languageModel, .scoreHead])
    }

    @Test("by default both critics freeze alike, and start as their score models")
    func defaultCritics() throws {
        let task = try task(PolicyTrainingConfig(.safeRLHFV))
        #expect(try names(task, "cost_critic").names.sorted() == names(task, "reward_critic").names.sorted())
        #expect(try names(task, "reward_critic").head == world.scoreModel(seed: 4).parameters["score_head.weight"]?.floats())
        #expect(try names(task, "cost_critic").head == world.scoreModel(seed: 5).parameters["score_head.weight"]?.floats())
    }

    @Test("a score model that reads other ids, or other placeholders, than the policy writes is refused")
    func otherReading() throws {
        var config = world.config
        config.text.vocabularySize += 1
        #expect(throws: TrainingError.otherReading(
            role: "reward model", difference: "vocab_size is \(config.text.vocabularySize), the policy's is \(world.config.text.vocabularySize)")
        ) { try task(PolicyTrainingConfig(.ppo), rewardModel: ScoreModel(config, RandomStart(seed: 1), headSeed: 1)) }

        let (policy, reward) = (try TemporaryFolder(), try TemporaryFolder())
        try world.policy().save(to: policy.url)
        try world.scoreModel(seed: 4).save(to: reward.url)
        for folder in [policy, reward] { try world.processor.save(to: folder.url) }
        let folders = PolicyTrainingFolders(policy: policy.url, rewardModel: reward.url)
        _ = try PolicyTrainingModels(loading: folders, PolicyTrainingConfig(.ppo), device: .cpu)
        let file = reward.url.appending(path: "tokenizer.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let swapped = text.replacing("\"</s>\"", with: "\"</t>\"")
        #expect(swapped != text)
        try Data(swapped.utf8).write(to: file)
        #expect(throws: (any Error).self) { try PolicyTrainingModels(loading: folders, PolicyTrainingConfig(.ppo), device: .cpu) }
    }

    @Test("a prompt is trained on once by words and picture: the same words about another picture are another prompt")
    func distinctPrompts() throws {
        let folder = try TemporaryFolder()
        var rows = try WorldDataset(seed: 5).pairs(4, .train)
        rows[1].question = rows[0].question
        rows[1].image = rows[2].image
        rows[3].question = rows[0].question
        rows[3].image = EncodedImage(bytes: rows[0].image.bytes, path: "elsewhere.png")
        try RowWriter.write(rows, to: folder.url.appending(path: "train.parquet"))
        #expect(try TrainingData.prompts(folder.url).count == 3)
    }

    @Test("conversations that are too long are left out, and every step still finds its rows")
    func tooLong() throws {
        let lengths = try world.conversations.map { try world.processor.encode($0, addGenerationPrompt: false).tokens.count }
        var config = SupervisedConfig()
        (config.batchSize, config.epochs) = (2, 2)
        config.maximumLength = lengths.sorted()[6]
        let kept = lengths.count { $0 <= config.maximumLength }
        #expect(kept < lengths.count)
        let task = try SupervisedTraining(config, world.policy(), world.processor, world.conversations)
        #expect(task.totalSteps == 2 * (kept / 2))
        while task.step < task.totalSteps { #expect(try task.advance().refusal == nil) }
        config.maximumLength = 1
        #expect(throws: TrainingError.self) { try SupervisedTraining(config, world.policy(), world.processor, world.conversations) }
    }

    @Test("every epoch has each row once, in an order of its own")
    func epochs() {
        var order = DataOrder(count: 12, batchSize: 3, seed: 7)
        let epochs = (0..<3).map { epoch in (0..<4).flatMap { order.rows(forStep: 4 * epoch + $0) } }
        for rows in epochs { #expect(rows.sorted() == Array(0..<12)) }
        #expect(Set(epochs).count == 3)
    }

    @Test("steps count optimiser steps of rollouts and their mini-batches, so that a schedule ends where the run does")
    func schedule() throws {
        var config = PolicyTrainingConfig(.safeRLHFV)
        (config.rolloutSize, config.epochs, config.ppo.miniBatchSize, config.ppo.updateIterations) = (6, 2, 4, 3)
        #expect(config.updatesPerRollout == 6)
        config.sampling.maximumNewTokens = 4
        config.policyOptimizer.schedule = LearningRateSchedule(.linear, warmupFraction: 0)
        let task = try task(config)
        #expect(task.totalSteps == 4)
        let rates = try (0..<4).map { _ in try task.advance().metrics["optim/learning_rate"] ?? .nan }
        for (index, rate) in rates.enumerated() { #expect(abs(rate - 5e-7 * (1 - Double(index) / 4)) < 1e-12) }
    }

    @Test("the policy speaks after its prompt, never after an end token, and learns from nothing but its response")
    func prompts() throws {
        for sample in world.pairs {
            let prompt = try world.processor.encode(sample.conversation(response: nil), addGenerationPrompt: true)
            #expect(!prompt.tokens.contains { world.processor.endTokens.contains($0) })
            #expect(prompt.responseRange.isEmpty)
        }
    }
}

import Alignment
import Conversations
import Foundation
import PreferenceData
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@testable import Training

@Suite("Training a guard", .serialized)
struct GuardTrainingTests {
    let world: TinyWorld
    let rows: [GuardExample]

    init() throws {
        world = try TinyWorld()
        var examples = GuardExamples()
        for pair in world.pairs { examples.add(pair) }
        rows = examples.all
    }

    private func guardModel() throws -> GuardModel {
        try GuardModel(world.config, ModelInMemory(world.policy().parameters, .copied), headSeed: 2)
    }

    @Test("lowers its loss on what it sees")
    func learns() throws {
        var config = GuardTrainingConfig()
        (config.batchSize, config.epochs) = (36, 40)
        config.examples.earlierTurnShare = 0
        config.optimizer.adamW.learningRate = 1e-2
        let task = try GuardTraining(config, guardModel(), world.processor, rows)
        let losses = try (0..<task.totalSteps).map { _ in try task.advance().metrics["train/loss"] ?? .nan }
        #expect(losses.allSatisfy { $0.isFinite })
        let (first, last) = (try #require(losses.first), try #require(losses.last))
        #expect(last < 0.5 * first)
    }

    @Test("the view is told by where the tokens end")
    func ends() throws {
        for example in rows {
            let tokens = try world.processor.encodeForGuard(example.conversation, .everything).tokens
            let ends = tokens.last.map(world.processor.endTokens.contains)
            #expect(ends == (example.view == .response))
            if example.view == .query {
                let prompt = try world.processor.encode(example.conversation, addGenerationPrompt: true).tokens
                #expect(tokens == prompt)
            }
        }
    }

    @Test("by adapters leaves the trunk alone, and exports a plain model with the adapters beside it")
    func adapters() throws {
        var config = GuardTrainingConfig()
        (config.batchSize, config.tuning.method) = (8, .lora)
        config.optimizer.adamW.learningRate = 1e-2
        let model = try guardModel()
        let trunk = try model.parameters.members.filter { ModelComponent(ofParameter: $0.name) != .guardHeads }
            .map { (name: $0.name, tensor: $0.tensor, before: try $0.tensor.floats()) }
        let unsafeHead = try #require(model.parameters["guard_heads.unsafe.weight"])
        let head = try unsafeHead.floats()
        let task = try GuardTraining(config, model, world.processor, rows)
        for _ in 0..<3 { _ = try task.advance() }
        for member in trunk { #expect(try member.tensor.floats() == member.before, "\(member.name)") }
        let folder = try TemporaryFolder()
        try task.export(to: folder.url)
        let exported = try GuardModel.load(folder.url)
        #expect(!exported.parameters.members.contains { LoRAConfig.isAdapter($0.name) })
        let exportedHead = try #require(exported.parameters["guard_heads.unsafe.weight"])
        #expect(try exportedHead.floats() != head)
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "adapters/adapter_model.safetensors").path))
    }

    @Test("forgets the calibration of the guard that it starts from, and keeps what it reads")
    func settings() throws {
        var config = GuardTrainingConfig()
        config.reading = .wordsOnly
        let model = try guardModel()
        model.settings.calibration = GuardCalibration(
            temperatures: GuardTemperatures(), missRate: 0.1, queryThresholds: nil, responseThresholds: nil, exampleCount: 1)
        _ = try GuardTraining(config, model, world.processor, rows)
        #expect(model.settings == GuardSettings(reading: .wordsOnly))
    }

    @Test("made examples: as many as asked for, labels of the last turn, the same for a seed")
    func mix() throws {
        var config = GuardExampleConfig()
        (config.earlierTurnShare, config.pictureAloneShare, config.pictureHarmfulFrom) = (1, 1, 2)
        let made = GuardExampleMix(rows, config, seed: 1).examples
        let known = rows.filter { $0.labels.saySomething }
        let queries = rows.filter { $0.view == .query }
        #expect(made.count == known.count + queries.count)
        #expect(made.allSatisfy { $0.conversation.messages.count == ($0.view == .query ? 3 : 4) })
        #expect(zip(made, known).allSatisfy { $0.labels == $1.labels && $0.conversation.messages.last == $1.conversation.messages.last })
        for alone in made.suffix(queries.count) {
            #expect(alone.conversation.messages.last?.text == "" && alone.conversation.messages.last?.images.count == 1)
            #expect(alone.labels.isUnsafe == ((alone.imageSeverity ?? 0) >= 2))
        }
        #expect(GuardExampleMix(rows, config, seed: 1).examples == made)
        #expect(GuardExampleMix(rows, config, seed: 2).examples != made)
    }

    @Test("says what is wrong with its settings")
    func problems() {
        var config = GuardTrainingConfig()
        (config.epochs, config.batchSize, config.tuning.method, config.tuning.lora.rank) = (0, 0, .lora, 0)
        config.loss.levelCoefficient = -1
        config.loss.maximumLevelWeight = 0.5
        config.examples.earlierTurnShare = 2
        #expect(config.problems().count == 6)
        #expect(GuardTrainingConfig().problems().isEmpty)
    }
}

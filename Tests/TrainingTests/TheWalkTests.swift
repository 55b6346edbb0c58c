import Alignment
import Conversations
import PreferenceData
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@testable import Training

@Suite("One sample, from row to gradient", .serialized)
struct TheWalkTests {
    let world: TinyWorld

    init() throws { world = try TinyWorld() }

    @Test("the response range decodes to the response, and placeholders are as many as features")
    func encoding() throws {
        for sample in world.pairs {
            let encoded = try world.processor.encode(sample.conversation(response: .first), addGenerationPrompt: false)
            #expect(world.processor.text(Array(encoded.tokens[encoded.responseRange])) == sample.responses.first.text)
            #expect(encoded.tokens.count { $0 == world.config.imageTokenID } == world.config.featureCount)
            #expect(encoded.responseRange.upperBound == encoded.tokens.count)
        }
    }

    @Test("a prompt is a strict prefix of the conversation, which ends with one end token")
    func prefix() throws {
        for sample in world.pairs {
            let prompt = try world.processor.encode(sample.conversation(response: nil), addGenerationPrompt: true)
            let whole = try world.processor.encode(sample.conversation(response: .second), addGenerationPrompt: false)
            #expect(whole.tokens.starts(with: prompt.tokens) && whole.tokens.count > prompt.tokens.count)
            #expect(whole.tokens.count { world.processor.endTokens.contains($0) } == 1)
            #expect(!prompt.tokens.contains { world.processor.endTokens.contains($0) })
        }
    }

    @Test("gradients reach exactly the parts that are not frozen")
    func gradients() throws {
        let model = try world.policy()
        let task = try SupervisedTraining(SupervisedConfig(), model, world.processor, world.conversations)
        let features = PictureFeatures(model.trunk, world.processor, towerTrains: false)
        let samples = try world.conversations.prefix(3).map { try world.processor.encode($0, addGenerationPrompt: false) }
        let batch = try TokenBatch(samples, padding: world.processor.padding, features: features, on: .cpu)
        let prediction = try model.predictions(for: batch)
        try supervisedLoss(logits: prediction.logits, targets: prediction.targets).backward()
        for member in model.parameters.members {
            let isFrozen = ModelComponent(ofParameter: member.name) == .visionTower
            #expect(try (member.tensor.gradient() == nil) == isFrozen, "\(member.name)")
        }
        #expect(task.totalSteps > 0)
    }

    @Test("features of a picture are the same alone and among others")
    func features() throws {
        let features = PictureFeatures(try world.policy().trunk, world.processor, towerTrains: false)
        let images = world.pairs.prefix(4).map(\.prompt.image)
        let together = try features.features(of: Array(images))
        for (index, image) in images.enumerated() {
            let alone = try PictureFeatures(world.policy().trunk, world.processor, towerTrains: false).features(of: [image])
            // Batched matrix products may round differently in the last bits.
            #expect(try (together[index].states - alone[0].states).abs().max().item() < 1e-5)
        }
    }
}

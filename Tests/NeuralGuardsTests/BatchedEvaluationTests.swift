import Conversations
import EmbeddedWorld
import Evaluation
import Foundation
import Generation
import Testing
import Torch
import VisionLanguageModels

@Suite("A policy that answers, and a model that scores, in batches", .serialized)
struct BatchedEvaluationTests {
    let folders: SmallFolders
    let processor: Processor
    let conversations: [Conversation]

    init() throws {
        folders = try SmallFolders()
        processor = try Processor(readingFrom: folders.policy)
        conversations = try WorldQuestion.heldOut(7, seed: 3).map(\.conversation)
    }

    private func greedyTexts(batchSize: Int) throws -> [String] {
        var sampling = SamplingConfig()
        (sampling.maximumNewTokens, sampling.temperature) = (12, 0)
        return try PolicyResponder(.load(folders.policy), processor, sampling, seed: 1, batchSize: batchSize).texts(conversations)
    }

    @Test("the likeliest responses are the same at every batch size, the ragged last batch included")
    func responses() throws {
        let alone = try greedyTexts(batchSize: 1)
        #expect(Set(alone).count > 1)
        for batchSize in [2, 3, 7, 64] { #expect(try greedyTexts(batchSize: batchSize) == alone, "batch size \(batchSize)") }
    }

    @Test("scores are the same at every batch size")
    func scores() throws {
        let model = try ScoreModel.load(folders.policy, headSeed: 5)
        let answered = conversations.enumerated().map { index, conversation in
            Conversation(messages: conversation.messages + [Message(role: .assistant, text: String(repeating: "It is easy. ", count: index + 1))])
        }
        let alone = try ResponseScorer(model, processor, batchSize: 1).scores(answered)
        #expect(Set(alone).count == alone.count)
        for batchSize in [2, 3, 7, 64] {
            let batched = try ResponseScorer(model, processor, batchSize: batchSize).scores(answered)
            // Float32 sums in another order: a few units of the last place of numbers near 1.
            for (one, other) in zip(alone, batched) { #expect(abs(one - other) < 1e-5, "batch size \(batchSize)") }
        }
    }
}

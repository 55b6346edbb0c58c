import Generation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("Greedy responses")
struct GreedyTests {
    /// By golden: log-probabilities to 1e-4, float32 sums in another order.
    @Test(
        "are those that transformers writes, each prompt alone there and all in one batch here",
        arguments: Recorded.names)
    func golden(name: String) throws {
        let recorded = try Recorded(name)
        let responses = try Generator(recorded.model, .greedy(12), .recorded())
            .generate(recorded.prompts(), using: RandomGenerator(seed: 1))
        #expect(responses.count == 3)
        for (index, response) in responses.enumerated() {
            let expected = try recorded.golden.tensor("greedy.\(index)").integers().map(Int32.init)
            #expect(response.tokens == expected)
            #expect(response.finishReason == (expected.last == 2 ? .stop : .length))
            let logProbs = try recorded.golden.tensor("greedy_log_probs.\(index)").floats()
            #expect(zip(response.logProbs, logProbs).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    /// By law. Tolerance 1e-5: the same float32 sums, in kernels chosen by other shapes.
    @Test("do not depend on the others in the batch, nor on their order", arguments: Recorded.names)
    func batchComposition(name: String) throws {
        let recorded = try Recorded(name)
        let generator = Generator(recorded.model, .greedy(10), .recorded())
        let prompts = try recorded.prompts()
        let random = try RandomGenerator(seed: 1)
        let together = try generator.generate(prompts + prompts.reversed(), using: random)
        for (index, prompt) in prompts.enumerated() {
            let alone = try generator.generate([prompt], using: random)[0]
            for response in [together[index], together[5 - index]] {
                #expect(response.tokens == alone.tokens)
                #expect(response.finishReason == alone.finishReason)
                #expect(zip(response.logProbs, alone.logProbs).allSatisfy { abs($0 - $1) < 1e-5 })
            }
        }
    }

    @Test("go on as the whole forward pass would")
    func wholeForward() throws {
        let recorded = try Recorded("grouped")
        let model = recorded.model
        let prompt = try recorded.prompts()[0]
        let response = try Generator(model, .greedy(8), .recorded()).generate(
            [prompt], using: RandomGenerator(seed: 1))[0]
        let tokens = prompt.tokens + response.tokens
        let inputs = ModelInputs(
            tokens: try Tensor(tokens.map(Int64.init), shape: [1, tokens.count]), lengths: [tokens.count],
            paddingSide: .right,
            visionFeatures: prompt.visionFeatures)
        var logits = try model.logits(model.hiddenStates(inputs)).selected(0, 0)
        logits = try logits.sliced(0, (prompt.tokens.count - 1)..<(tokens.count - 1))
        for id in TokenDrawing.recorded().undrawable {
            logits = try logits.filled(-.infinity, where: Tensor((0..<logits.size(1)).map { $0 == Int(id) }))
        }
        #expect(try logits.argmax(dim: 1).integers() == response.tokens.map(Int.init))
        let logProbs = try logits.logSoftmax().max(dim: 1).floats()
        #expect(zip(logProbs, response.logProbs).allSatisfy { abs($0 - $1) < 1e-5 })
    }
}

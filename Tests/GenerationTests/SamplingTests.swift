import Foundation
import Generation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("Sampled responses")
struct SamplingTests {
    private func sample(
        _ config: SamplingConfig, seed: UInt64 = 7, copies: Int = 1, drawing: TokenDrawing = .recorded()
    ) throws -> [GeneratedResponse] {
        let recorded = try Recorded("grouped")
        let prompts = try Array(repeating: recorded.prompts(), count: copies).flatMap { $0 }
        return try Generator(recorded.model, config, drawing).generate(prompts, using: RandomGenerator(seed: seed))
    }

    private func config(_ change: (inout SamplingConfig) -> Void) -> SamplingConfig {
        var config = SamplingConfig()
        config.maximumNewTokens = 10
        change(&config)
        return config
    }

    @Test("are the same for the same seed, others for another")
    func seeds() throws {
        let config = config { _ in }
        #expect(try sample(config) == sample(config))
        #expect(try sample(config).map(\.tokens) != sample(config, seed: 8).map(\.tokens))
    }

    /// By law. 1,500 first tokens: a share of them has a standard error below 0.013, and 0.05 is four of them.
    @Test("occur as often as their log-probabilities say")
    func frequencies() throws {
        let responses = try sample(config { $0.maximumNewTokens = 1 }, copies: 1500)
        let first = stride(from: 0, to: responses.count, by: 3).map { responses[$0] }
        let counts = Dictionary(grouping: first, by: { $0.tokens[0] })
        for (_, group) in counts {
            let probability = exp(Double(group[0].logProbs[0]))
            #expect(abs(Double(group.count) / Double(first.count) - probability) < 0.05)
        }
        #expect(counts.count > 5)
    }

    @Test("carry the log-probability in the distribution they were drawn from")
    func logProbs() throws {
        // With one token kept its probability is 1, whatever the model says.
        #expect(try sample(config { $0.topK = 1 }).allSatisfy { $0.logProbs.allSatisfy { $0 == 0 } })
        // With a tiny nucleus likewise.
        #expect(try sample(config { $0.topP = 1e-6 }).allSatisfy { $0.logProbs.allSatisfy { $0 == 0 } })
    }

    @Test("are greedy ones when only one token is kept")
    func oneKept() throws {
        let greedy = try sample(.greedy(10)).map(\.tokens)
        #expect(try sample(config { $0.topK = 1 }).map(\.tokens) == greedy)
        #expect(try sample(config { $0.topP = 1e-6 }).map(\.tokens) == greedy)
        #expect(try sample(config { $0.temperature = 1e-4 }).map(\.tokens) == greedy)
    }

    @Test("never hold a placeholder or padding, and end where the end token is")
    func undrawable() throws {
        for response in try sample(config { $0.temperature = 3 }, copies: 60) {
            #expect(!response.tokens.contains(3) && !response.tokens.contains(0))
            #expect(response.tokens.count == response.logProbs.count)
            #expect(!response.tokens.dropLast().contains(2))
            #expect((response.tokens.last == 2) == (response.finishReason == .stop))
            #expect(response.finishReason == .stop || response.tokens.count == 10)
        }
    }

    @Test("do not end before the minimum")
    func minimum() throws {
        let responses = try sample(config { ($0.temperature, $0.minimumNewTokens) = (3, 6) }, copies: 60)
        #expect(responses.allSatisfy { $0.tokens.count >= 6 })
        #expect(responses.contains { $0.finishReason == .stop })
    }

    @Test("may hold the padding token where it is also the end token")
    func paddingIsEnd() throws {
        let drawing = TokenDrawing(temperature: 1, endTokens: [2], padding: 2, undrawable: [3])
        let responses = try sample(config { $0.temperature = 3 }, copies: 60, drawing: drawing)
        #expect(responses.contains { $0.finishReason == .stop })
    }

    @Test("stop at once when cancelled, with what is written so far")
    func cancelled() throws {
        let recorded = try Recorded("grouped")
        var asked = 0
        let responses = try Generator(recorded.model, config { $0.minimumNewTokens = 10 }, .recorded()).generate(
            recorded.prompts(), using: RandomGenerator(seed: 1)
        ) {
            asked += 1
            return asked > 4
        }
        #expect(responses.allSatisfy { $0.tokens.count == 4 && $0.finishReason == .cancelled })
    }

    @Test("need a prompt with tokens, and numbers from the model")
    func errors() throws {
        let recorded = try Recorded("grouped")
        let generator = Generator(recorded.model, .greedy(3), .recorded())
        let random = try RandomGenerator(seed: 1)
        #expect(try generator.generate([], using: random).isEmpty)
        #expect(throws: GenerationError.emptyPrompt(index: 1)) {
            try generator.generate(
                [1, 0].map { GenerationPrompt(tokens: [Int32](repeating: 5, count: $0), visionFeatures: []) },
                using: random)
        }
        let weight = try #require(recorded.model.parameters["language_model.model.norm.weight"])
        try weight.multiply(by: .nan)
        #expect(throws: GenerationError.notFinite(prompt: 0, token: 0)) {
            try generator.generate(recorded.prompts(), using: random)
        }
    }

    @Test("do not exceed the model's positions")
    func tooLong() throws {
        let recorded = try Recorded("grouped")
        #expect(throws: ModelInputError.self) {
            try Generator(recorded.model, .greedy(90), .recorded()).generate(
                recorded.prompts(), using: RandomGenerator(seed: 1))
        }
    }
}

import Foundation
import Testing
import Torch

@testable import Alignment

@Suite("Response log-probabilities")
struct LogProbsTests {
    init() { Engine.threadCount = 1 }

    /// Rows of L = 6 whose entry is its own position.
    private func positions(rows: Int) throws -> Tensor {
        try Tensor([[Float]](repeating: [0, 1, 2, 3, 4, 5], count: rows))
    }

    @Test("column t is what stood at position P + t − 1")
    func picture() throws {
        let spans = try ResponseSpans(promptLengths: [3, 1, 2], responseLengths: [3, 2, 1])
        #expect(try response(positions(rows: 3), of: spans).rows() == [[2, 3, 4], [0, 1, 0], [1, 0, 0]])
        #expect(try responseTokens(positions(rows: 3), of: spans).rows() == [[3, 4, 5], [1, 2, 0], [2, 0, 0]])
    }

    @Test("no gradient goes back from the padding")
    func gradient() throws {
        let spans = try ResponseSpans(promptLengths: [3, 1], responseLengths: [3, 1])
        let x = try positions(rows: 2).requireGradient()
        try response(x, of: spans).sum().backward()
        #expect(try #require(try x.gradient()).rows() == [[0, 0, 1, 1, 1, 0], [1, 0, 0, 0, 0, 0]])
    }

    @Test("hidden states and logits are cut like values")
    func vectors() throws {
        let spans = try ResponseSpans(promptLengths: [3, 1, 2], responseLengths: [3, 2, 1])
        let x = try positions(rows: 3)
        let vectors = try stacked([x, x * 10], dim: 2)  // [B, L, 2]
        let cut = try response(vectors, of: spans)
        #expect(cut.shape == [3, 3, 2])
        #expect(try cut.selected(2, 1).rows() == [[20, 30, 40], [0, 10, 0], [10, 0, 0]])
    }

    @Test("a response of one token keeps its one log-probability")
    func oneToken() throws {
        let responses = try Responses(
            tokens: Tensor([[1, 2]] as [[Int64]]), spans: ResponseSpans(promptLengths: [1], responseLengths: [1]),
            inputs: NoInputs())
        let current = try TinyNetworks().policy.logProbs(of: responses)
        #expect(current.logProbs.shape == [1, 1])
        #expect(try current.logProbs.item() < 0)
    }

    @Test("a row alone and in a wider batch give the same bits")
    func alone() throws {
        let policy = try TinyNetworks().policy
        let together = try policy.logProbs(of: Scene(padding: 5, extraColumns: 3).responses)
        for row in 0..<3 {
            let alone = try policy.logProbs(of: Scene(rows: [row]).responses)
            let length = Scene.responses[row].count
            #expect(try together.logProbs.rows()[row].prefix(length) == alone.logProbs.rows()[0][...])
            #expect(try together.entropies.rows()[row].prefix(length) == alone.entropies.rows()[0][...])
        }
    }

    @Test("a probability of exactly 1 is a log-probability of 0 and still counts")
    func certain() throws {
        let responses = try Scene(rows: [1]).responses  // the response 5, 0
        let logits = try Tensor([0, 0, 0, 0, 0, 500, 0, 0, 0, 0, 0, 0] as [Float], shape: [1, 2, 6])
        let current = try ResponseLogProbs(logits: logits, responses)
        let found = try current.logProbs.rows()[0]
        #expect(found[0] == 0)
        #expect(abs(found[1] + Float(log(6.0))) < 1e-6)
        #expect(try abs(sequenceMean(current.logProbs, responses.mask).item() + log(6.0) / 2) < 1e-6)
    }

    @Test("the softmax is taken in float32 whatever the type of the logits")
    func float32() throws {
        let responses = try Scene(rows: [0]).responses
        let logits = try Tensor.randn([1, 4, 6], using: RandomGenerator(seed: 3)).to(.bfloat16)
        let found = try ResponseLogProbs(logits: logits, responses).logProbs
        let exact = try ResponseLogProbs(logits: logits.to(.float32), responses).logProbs
        #expect(found.dtype == .float32)
        #expect(try found.floats() == exact.floats())
    }

    @Test("are those of the distribution that was sampled from")
    func temperature() throws {
        let responses = try Scene(rows: [1]).responses
        let logits = try Tensor.randn([1, 2, 6], using: RandomGenerator(seed: 4))
        let cold = try ResponseLogProbs(logits: logits, responses, temperature: 0.5).logProbs
        let sharp = try ResponseLogProbs(logits: logits * 2, responses).logProbs
        #expect(try cold.floats() == sharp.floats())
    }

    @Test("entropy is log V where all tokens are alike, and 0 where one is certain")
    func entropy() throws {
        let responses = try Scene(rows: [1]).responses
        let logits = try Tensor([0, 0, 0, 0, 0, 0, 900, 0, 0, 0, 0, 0] as [Float], shape: [1, 2, 6])
        let found = try ResponseLogProbs(logits: logits, responses).entropies.rows()[0]
        #expect(abs(found[0] - Float(log(6.0))) < 1e-6)
        #expect(found[1] == 0)
        let forbidden = try Tensor(
            [0, 0, -.infinity, 0, 0, 0, 0, 0, 0, -.infinity, 0, 0] as [Float], shape: [1, 2, 6])
        #expect(abs(try ResponseLogProbs(logits: forbidden, responses).entropies.rows()[0][0] - Float(log(5.0))) < 1e-6)
    }

    @Test("sum over a response counts its first token and its end token, and nothing else")
    func sequence() throws {
        let mask = try Scene().responses.mask
        let logProbs = try Tensor([[-1, -2, -4, -8], [-16, -32, 9, 9], [-64, 9, 9, 9]] as [[Float]])
        #expect(try sequenceLogProbs(logProbs, mask).floats() == [-15, -48, -64])
    }
}

import Alignment
import Foundation
import Testing
import Torch

@Suite("Supervised fine-tuning")
struct SupervisedFineTuningTests {
    init() { Engine.threadCount = 1 }

    @Test("is the mean over response tokens, all alike")
    func byHand() throws {
        // Uniform over 4 at one token, certain and right at another, so (log 4 + 0) / 2.
        let logits = try Tensor([[0, 0, 0, 0], [0, 500, 0, 0]] as [[Float]])
        let loss = try supervisedLoss(logits: logits, targets: Tensor([2, 1] as [Int64]))
        #expect(abs(try loss.item() - log(4.0) / 2) < 1e-6)
    }

    @Test("both forms agree, and the longer response weighs more")
    func forms() throws {
        let responses = try Scene().responses
        let logits = try TinyNetworks().policy.table.embedding(responses.tokens)
        let whole = try supervisedLoss(logits: logits, responses)
        let kept = zip(responses.spans.promptLengths, responses.spans.responseLengths).enumerated().flatMap {
            row, lengths in
            (0..<lengths.1).map { Int64(row * responses.tokens.size(1) + lengths.0 + $0) }
        }
        let flat = try supervisedLoss(
            logits: logits.reshaped(-1, 6).picked(Tensor(kept.map { $0 - 1 })),
            targets: responses.tokens.reshaped(-1).picked(Tensor(kept)))
        #expect(abs(try whole.item() - flat.item()) < 1e-6)
    }

    @Test("learns nothing at prompt, header and padding positions, whatever is predicted there")
    func span() throws {
        let responses = try Scene(extraColumns: 1).responses
        var values = try Tensor.randn([3, 7, 6], using: RandomGenerator(seed: 5)).floats()
        // Row 1: prompt 3, response 5, 0. Positions 0 and 1 predict the response; the rest is poison.
        for position in 2..<7 { for entry in 0..<6 { values[(7 + position) * 6 + entry] = .nan } }
        let logits = try Tensor(values, shape: [3, 7, 6]).requireGradient()
        let loss = try supervisedLoss(logits: logits, responses)
        try loss.backward()
        #expect(try loss.item().isFinite)
        let learned = try #require(try logits.gradient()).abs().sum(dim: 2).isGreater(than: 0).to(.float32).rows()
        #expect(learned == [[0, 1, 1, 1, 1, 0, 0], [1, 1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0]])
    }

    @Test("the softmax is taken in float32")
    func precision() throws {
        let logits = try Tensor.randn([5, 6], using: RandomGenerator(seed: 6)).to(.bfloat16)
        let targets = try Tensor([0, 1, 2, 3, 4] as [Int64])
        #expect(
            try supervisedLoss(logits: logits, targets: targets).item()
                == supervisedLoss(logits: logits.to(.float32), targets: targets).item())
    }
}

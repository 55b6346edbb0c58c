import Alignment
import Foundation
import Testing
import Torch

@Suite("Direct preference optimisation")
struct DirectPreferenceTests {
    init() { Engine.threadCount = 1 }

    private func preference(
        _ loss: PreferenceLoss, beta: Double = 0.1, smoothing: Double = 0, chosen: Tensor? = nil,
        rejected: Tensor? = nil
    ) throws -> DirectPreference {
        var config = DirectPreferenceConfig()
        (config.loss, config.beta, config.labelSmoothing) = (loss, beta, smoothing)
        return try DirectPreference(
            policy: PairLogProbs(
                chosen: chosen ?? Tensor([-12] as [Float]), rejected: rejected ?? Tensor([-15] as [Float])),
            reference: PairLogProbs(chosen: Tensor([-13] as [Float]), rejected: Tensor([-14] as [Float])), config)
    }

    @Test("margin 2 at β 0.1 costs 0.5981388694")
    func goldenVector() throws {
        let found = try preference(.dpo)
        #expect(try found.margins.item() == 2)
        #expect(abs(try found.loss().item() - 0.5981388694) < 1e-6)
        #expect(close(try found.chosenRewards.item(), 0.1, 1e-7))
        #expect(close(try found.rejectedRewards.item(), -0.1, 1e-7))
    }

    @Test("pulls the chosen up and the rejected down alike, by β·σ(−β·Δ)")
    func gradient() throws {
        let chosen = try Tensor([-12] as [Float]).requireGradient()
        let rejected = try Tensor([-15] as [Float]).requireGradient()
        try preference(.dpo, chosen: chosen, rejected: rejected).loss().backward()
        let expected = Float(0.1 / (1 + exp(0.2)))
        #expect(close(try #require(try chosen.gradient()).floats(), [-expected], 1e-6))
        #expect(close(try #require(try rejected.gradient()).floats(), [expected], 1e-6))
        #expect(abs(expected - 0.0450166003) < 1e-8)
    }

    @Test("hinge and IPO by hand")
    func others() throws {
        #expect(close(try preference(.hinge).loss().item(), 0.8, 1e-6))  // 1 − 0.2
        #expect(try preference(.hinge, beta: 1).loss().item() == 0)  // 1 − 2 < 0
        #expect(try preference(.ipo, beta: 0.25).loss().item() == 0)  // Δ = 2 = 1 / (2β)
        #expect(try preference(.ipo).loss().item() == 9)  // (2 − 5)²
    }

    @Test("smoothing mixes in the loss of the swapped pair")
    func smoothing() throws {
        let straight = -log(1 / (1 + exp(-0.2))), swapped = -log(1 / (1 + exp(0.2)))
        #expect(abs(try preference(.dpo, smoothing: 0.25).loss().item() - (0.75 * straight + 0.25 * swapped)) < 1e-6)
    }

    @Test("no gradient reaches the reference")
    func reference() throws {
        let reference = try Tensor([-13] as [Float]).requireGradient()
        let policy = try Tensor([-12] as [Float]).requireGradient()
        let found = try DirectPreference(
            policy: PairLogProbs(chosen: policy, rejected: policy * 1.5),
            reference: PairLogProbs(chosen: reference, rejected: reference * 1.1), DirectPreferenceConfig())
        try found.loss().backward()
        #expect(try reference.gradient() == nil)
        #expect(try policy.gradient() != nil)
    }

    @Test("counts every token of the response, from the first to the end token, and no other")
    func span() throws {
        // Row 1 answers 5, 0 after the prompt 3: the gradient must be on the rows of the table for 3 and 5.
        let policy = try TinyNetworks().policy
        let responses = try Scene(rows: [0, 1], extraColumns: 2).responses
        let sums = try sequenceLogProbs(policy.logProbs(of: responses).logProbs, responses.mask)
        try sums.selected(0, 1).backward()
        let gradient = try #require(try policy.table.gradient()).rows()
        for (token, row) in gradient.enumerated() {
            #expect(row.contains { $0 != 0 } == [3, 5].contains(token), "row \(token)")
        }
        #expect(gradient[3][5] > 0)  // the first response token
        #expect(gradient[5][0] > 0)  // the end token
    }
}

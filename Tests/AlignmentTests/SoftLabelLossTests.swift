import Alignment
import Foundation
import Testing
import Torch

@Suite("Losses of reward and cost models under soft labels")
struct SoftLabelLossTests {
    init() { Engine.threadCount = 1 }

    private func reward(_ chosen: [Float], _ rejected: [Float], _ p: [Float]) throws -> Double {
        try rewardModelLoss(
            chosen: Tensor(chosen), rejected: Tensor(rejected), chosenProbability: Tensor(p), RewardModelConfig()
        ).item()
    }

    private func cost(
        _ more: [Float], _ moreSigns: [Float], _ less: [Float], _ lessSigns: [Float], _ ranking: [Float], _ moreSign: [Float],
        _ lessSign: [Float]
    ) throws -> Double {
        try costModelLoss(
            moreHarmful: Tensor(more), moreHarmfulSigns: Tensor(moreSigns), lessHarmful: Tensor(less),
            lessHarmfulSigns: Tensor(lessSigns),
            probabilities: HarmProbabilities(
                ranking: Tensor(ranking), moreHarmfulSign: Tensor(moreSign), lessHarmfulSign: Tensor(lessSign)),
            CostModelConfig()
        ).item()
    }

    private let high: [Float] = [1, -0.3, 2.5]
    private let low: [Float] = [0.25, 0.8, -1]

    @Test("reward: ¾ of 1 against 0 is ¾·log(1 + e⁻¹) + ¼·log(1 + e) and the regularisation, by hand")
    func rewardByHand() throws {
        let expected = 0.75 * log(1 + exp(-1.0)) + 0.25 * log(1 + exp(1.0)) + 0.0005
        #expect(abs(try reward([1], [0], [0.75]) - expected) < 1e-6)
    }

    @Test("cost: every probability has its own term, by hand")
    func costByHand() throws {
        // scores 1 and −1, signs +2 and −1; ranking ¾, signs 0.9 and 0.6
        func term(_ x: Double, _ p: Double) -> Double { p * log(1 + exp(-x)) + (1 - p) * log(1 + exp(x)) }
        let expected = term(2, 0.75) + term(2, 0.9) + term(1, 0.6) + 0.001
        #expect(abs(try cost([1], [2], [-1], [-1], [0.75], [0.9], [0.6]) - expected) < 1e-6)
    }

    @Test("at 1 it is the hard loss, at 0 that of the pair turned round, by law")
    func ends() throws {
        let hard = try rewardModelLoss(chosen: Tensor(high), rejected: Tensor(low), RewardModelConfig()).item()
        let turned = try rewardModelLoss(chosen: Tensor(low), rejected: Tensor(high), RewardModelConfig()).item()
        #expect(try reward(high, low, [1, 1, 1]) == hard)
        // The mean square is summed in another order.
        #expect(abs(try reward(high, low, [0, 0, 0]) - turned) < 1e-6)

        let signs: ([Float], [Float]) = ([2, 1, 0], [-1, 3, -3])
        func hardCost(_ more: [Float], _ moreSigns: [Float], _ less: [Float], _ lessSigns: [Float]) throws -> Double {
            try costModelLoss(
                moreHarmful: Tensor(more), moreHarmfulSigns: Tensor(moreSigns), lessHarmful: Tensor(less),
                lessHarmfulSigns: Tensor(lessSigns), CostModelConfig()
            ).item()
        }
        let ones: [Float] = [1, 1, 1], zeros: [Float] = [0, 0, 0]
        #expect(try cost(high, signs.0, low, signs.1, ones, ones, ones) == hardCost(high, signs.0, low, signs.1))
        let opposite = try hardCost(low, signs.1.map { -$0 }, high, signs.0.map { -$0 })
        #expect(abs(try cost(high, signs.0, low, signs.1, zeros, zeros, zeros) - opposite) < 1e-6)
    }

    @Test("it is the mean of the hard losses weighted by the probability, by law", arguments: [0.1, 0.5, 0.8] as [Float])
    func expectation(p: Float) throws {
        let all = [p, p, p]
        let mixed = try Double(p) * reward(high, low, [1, 1, 1]) + (1 - Double(p)) * reward(high, low, [0, 0, 0])
        #expect(abs(try reward(high, low, all) - mixed) < 1e-6)
        // Saying that the other is chosen with the opposite probability is saying the same.
        #expect(abs(try reward(low, high, all.map { 1 - $0 }) - reward(high, low, all)) < 1e-6)
    }

    @Test("the ranking pulls the margin to the log-odds of the label, by law")
    func optimum() throws {
        var config = RewardModelConfig()
        config.regularization = 0
        func gradient(margin: Float, p: Float) throws -> Float {
            let chosen = try Tensor([margin]).requireGradient()
            try rewardModelLoss(chosen: chosen, rejected: Tensor([0] as [Float]), chosenProbability: Tensor([p]), config).backward()
            return try #require(try chosen.gradient()).floats()[0]
        }
        #expect(abs(try gradient(margin: log(4), p: 0.8)) < 1e-6)
        #expect(try gradient(margin: 3, p: 0.8) > 0 && gradient(margin: 0, p: 0.8) < 0)
    }
}

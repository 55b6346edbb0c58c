import Alignment
import Foundation
import Testing
import Torch

@Suite("Losses of reward and cost models")
struct ScoreModelLossTests {
    init() { Engine.threadCount = 1 }

    private func cost(
        _ more: [Float], _ moreSigns: [Float], _ less: [Float], _ lessSigns: [Float], regularization: Double = 0.001
    ) throws -> Double {
        var config = CostModelConfig()
        config.regularization = regularization
        return try costModelLoss(
            moreHarmful: Tensor(more), moreHarmfulSigns: Tensor(moreSigns), lessHarmful: Tensor(less),
            lessHarmfulSigns: Tensor(lessSigns), config
        ).item()
    }

    @Test("reward: 1 against 0 costs 0.313762")
    func reward() throws {
        let loss = try rewardModelLoss(
            chosen: Tensor([1] as [Float]), rejected: Tensor([0] as [Float]), RewardModelConfig())
        #expect(abs(try loss.item() - 0.313762) < 1e-6)
    }

    @Test("cost: 1 graded +2 against −1 graded −1 costs 0.568118")
    func graded() throws {
        // ranking log(1 + e^−2), signs the same and log(1 + e^−1), regularisation 0.001·1
        #expect(abs(try cost([1], [2], [-1], [-1]) - 0.568118) < 1e-6)
    }

    @Test("cost: 0.7 harmful against −0.4 safe is 1.2035366264 unregularised, 1.6035366264 when both are harmful")
    func goldenVector() throws {
        #expect(abs(try cost([0.7], [1], [-0.4], [-1], regularization: 0) - 1.2035366264) < 1e-6)
        #expect(abs(try cost([0.7], [1], [-0.4], [1], regularization: 0) - 1.6035366264) < 1e-6)
    }

    @Test("a neutral response adds log 2 and is moved by the ranking alone")
    func neutral() throws {
        var config = CostModelConfig()
        config.regularization = 0
        let (more, less) = (try Tensor([0.3] as [Float]).requireGradient(), try Tensor([-0.2] as [Float]))
        let loss = try costModelLoss(
            moreHarmful: more, moreHarmfulSigns: Tensor([0] as [Float]), lessHarmful: less,
            lessHarmfulSigns: Tensor([0] as [Float]), config)
        let ranking = log(1 + exp(-0.5))
        #expect(abs(try loss.item() - ranking - 2 * log(2.0)) < 1e-6)
        try loss.backward()
        let expected = Float(-1 / (1 + exp(0.5)))
        #expect(close(try #require(try more.gradient()).floats(), [expected], 1e-6))
    }

    @Test("severe harm pushes harder than mild harm")
    func severity() throws {
        func push(_ sign: Float) throws -> Float {
            let score = try Tensor([0] as [Float]).requireGradient()
            try costModelLoss(
                moreHarmful: score, moreHarmfulSigns: Tensor([sign]), lessHarmful: Tensor([0] as [Float]),
                lessHarmfulSigns: Tensor([0] as [Float]), CostModelConfig()
            ).backward()
            return try #require(try score.gradient()).floats()[0]
        }
        #expect(try push(3) < push(1))
        #expect(try push(1) < push(0))
        #expect(try push(0) < 0)  // the ranking
        #expect(try push(-3) > 0)
    }

    @Test("signs are minus the harmless rate when graded, ±1 by the flag when binary")
    func signs() {
        var config = CostModelConfig()
        #expect(config.signs == .graded)
        #expect((-3...3).map { config.sign(harmlessRate: $0, isSafe: $0 >= 0) } == [3, 2, 1, 0, -1, -2, -3])
        config.signs = .binary
        #expect((-3...3).map { config.sign(harmlessRate: $0, isSafe: $0 >= 0) } == [1, 1, 1, -1, -1, -1, -1])
    }

    @Test("the sign coefficient scales the sign term alone")
    func coefficient() throws {
        func loss(_ k: Double) throws -> Double {
            var config = CostModelConfig()
            config.signCoefficient = k
            return try costModelLoss(
                moreHarmful: Tensor([1] as [Float]), moreHarmfulSigns: Tensor([2] as [Float]),
                lessHarmful: Tensor([-1] as [Float]), lessHarmfulSigns: Tensor([-1] as [Float]), config
            ).item()
        }
        #expect(abs(try loss(0) - (0.126928 + 0.001)) < 1e-6)
        #expect(abs(try loss(3) - loss(0) - 3 * 0.440190) < 1e-5)
    }

    @Test("neither loss depends on the order of pairs, and both are means")
    func means() throws {
        let (a, b) = (try cost([1], [2], [-1], [-1]), try cost([0.2], [1], [0.5], [3]))
        #expect(abs(try cost([1, 0.2], [2, 1], [-1, 0.5], [-1, 3]) - (a + b) / 2) < 1e-6)
        #expect(abs(try cost([0.2, 1], [1, 2], [0.5, -1], [3, -1]) - (a + b) / 2) < 1e-6)
    }

    @Test("scores in bfloat16 are compared in float32")
    func precision() throws {
        let (chosen, rejected) = (
            try Tensor([1.7] as [Float]).to(.bfloat16), try Tensor([0.3] as [Float]).to(.bfloat16)
        )
        let loss = try rewardModelLoss(chosen: chosen, rejected: rejected, RewardModelConfig())
        #expect(loss.dtype == .float32)
        #expect(
            try loss.item()
                == rewardModelLoss(
                    chosen: chosen.to(.float32), rejected: rejected.to(.float32), RewardModelConfig()
                ).item())
        let sign = try Tensor([1] as [Float])
        func cost(_ more: Tensor, _ less: Tensor) throws -> Double {
            try costModelLoss(
                moreHarmful: more, moreHarmfulSigns: sign, lessHarmful: less, lessHarmfulSigns: sign, CostModelConfig()
            ).item()
        }
        #expect(try cost(chosen, rejected) == cost(chosen.to(.float32), rejected.to(.float32)))
    }

    @Test("ranking accuracy counts a tie as wrong")
    func accuracy() throws {
        let higher = try Tensor([1, 2, 3, 4] as [Float]).requireGradient()
        #expect(try rankingAccuracy(higher, Tensor([0, 2, 1, 5] as [Float])) == 0.5)
    }

    @Test("the defaults are the official ones: regularisation 0.001, sign weight 1")
    func defaults() {
        #expect(RewardModelConfig().regularization == 0.001)
        #expect((CostModelConfig().regularization, CostModelConfig().signCoefficient) == (0.001, 1))
    }
}

import Alignment
import Foundation
import Testing
import Torch

/// One prompt, one-token responses with known reward and cost: a constrained problem whose answer is known.
@Suite("A bandit with a cost limit")
struct BanditTests {
    init() { Engine.threadCount = 1 }

    /// Arm 1 is best and harmful, arm 2 is harmful and dominated, arm 0 is harmless and earns little.
    static let rewards: [Float] = [1, 3, 2]
    static let costs: [Float] = [-1, 1, 2]
    static let limit = 0.0

    /// The KL penalty makes the saddle point a basin, so that policy and λ come to rest; equal arms stay equal.
    static var config: PPOConfig {
        var config = PPOConfig()
        config.klCoefficient = 0.1
        return config
    }

    /// max Σ p·R subject to Σ p·C ≤ d, over all mixtures of the arms in steps of a hundredth.
    private func bruteForce() -> (reward: Double, cost: Double) {
        var best = (reward: -Double.infinity, cost: 0.0)
        for i in 0...100 {
            for j in 0...(100 - i) {
                let shares = [Double(i), Double(j), Double(100 - i - j)].map { $0 / 100 }
                let value = Self.value(of: shares)
                if value.cost <= Self.limit, value.reward > best.reward { best = value }
            }
        }
        return best
    }

    private static func value(of shares: [Double]) -> (reward: Double, cost: Double) {
        (
            zip(shares, rewards).reduce(0) { $0 + $1.0 * Double($1.1) },
            zip(shares, costs).reduce(0) { $0 + $1.0 * Double($1.1) }
        )
    }

    /// A uniform policy over the arms, which is the reference too, and two critics that start at 0.
    private struct Player {
        let policy: BigramPolicy
        let rewardCritic, costCritic: TableCritic
        let generator: RandomGenerator

        init(seed: UInt64) throws {
            policy = try BigramPolicy(.zeros([3, 3]), learningRate: 0.02)
            rewardCritic = try TableCritic(.zeros([3]), learningRate: 0.1)
            costCritic = try TableCritic(.zeros([3]), learningRate: 0.1)
            generator = try RandomGenerator(seed: seed)
        }

        /// π(arm), exactly.
        func shares() throws -> [Double] {
            try withoutGradient { try policy.table.selected(0, 0).softmax().values(as: Double.self) }
        }

        /// 128 pulls; `reward` says what the reward stream sees of an arm.
        func pull(reward: (Int) -> Float) throws -> ConstrainedRollout<NoInputs> {
            try withoutGradient {
                let count = 128
                let weights = try policy.table.selected(0, 0).softmax().unsqueezed(0).expanded(count, 3).contiguous()
                let arms = try weights.sampled(using: generator)  // [128, 1]
                let responses = try Responses(
                    tokens: concatenated([Tensor.zeros([count, 1], dtype: .int64), arms], dim: 1),
                    spans: ResponseSpans(
                        promptLengths: Array(repeating: 1, count: count),
                        responseLengths: Array(repeating: 1, count: count)),
                    inputs: NoInputs())
                let chosen = try arms.reshaped(-1).integers()
                let logProbs = try policy.logProbs(of: responses).logProbs
                return try ConstrainedRollout(
                    Rollout(
                        responses: responses, logProbs: logProbs, refLogProbs: .full(logProbs.shape, log(1.0 / 3)),
                        reward: ScoreStream(
                            scores: Tensor(chosen.map(reward)), values: rewardCritic.values(of: responses))),
                    cost: ScoreStream(
                        scores: Tensor(chosen.map { BanditTests.costs[$0] }), values: costCritic.values(of: responses)))
            }
        }
    }

    /// The mean policy and λ over the second half of the play, in which they circle around their end.
    private func dynamic(_ rule: MultiplierRule, seed: UInt64) throws -> (shares: [Double], lambda: Double) {
        let player = try Player(seed: seed)
        var lagrange = LagrangeConfig()
        (lagrange.rule, lagrange.costLimit, lagrange.initial) = (rule, Self.limit, 3)
        (lagrange.learningRate, lagrange.windowSize, lagrange.bound) = (0.03, 128, 10)
        var algorithm = PPOLagrangian(Self.config, LagrangeMultiplier(lagrange))
        let networks = ActorCritics(
            policy: player.policy, rewardCritic: player.rewardCritic, costCritic: player.costCritic)
        let steps = 500
        var (shares, lambda) = ([0.0, 0, 0], 0.0)
        for step in 0..<steps {
            _ = try algorithm.step(player.pull { Self.rewards[$0] }, networks)
            guard step >= steps / 2 else { continue }
            shares = zip(shares, try player.shares()).map { $0 + $1 / Double(steps / 2) }
            lambda += algorithm.multiplier.lambda / Double(steps / 2)
        }
        return (shares, lambda)
    }

    private func shaped(_ multiplier: Double, seed: UInt64) throws -> [Double] {
        let player = try Player(seed: seed)
        var shaping = RewardShaping()
        shaping.multiplier = multiplier
        let shapedRewards = try shaping(rewards: Tensor(Self.rewards), costs: Tensor(Self.costs)).floats()
        let networks = ActorCritic(policy: player.policy, rewardCritic: player.rewardCritic)
        for _ in 0..<200 { _ = try PPO(Self.config).step(player.pull { shapedRewards[$0] }.rollout, networks) }
        return try player.shares()
    }

    @Test("a multiplier that moves reaches the constrained optimum", .tags(.slow), arguments: MultiplierRule.allCases)
    func moving(_ rule: MultiplierRule) throws {
        let best = bruteForce()
        #expect((best.reward, best.cost) == (2, 0))  // half arm 0, half arm 1
        let found = try dynamic(rule, seed: 1)
        let value = Self.value(of: found.shares)
        #expect(abs(value.cost - best.cost) < 0.1)
        #expect(abs(value.reward - best.reward) < 0.1)
        // λ = 1 makes arms 0 and 1 equally good. The log rule rises faster than it falls, so its mean lies higher.
        #expect(rule == .log || abs(found.lambda - 1) < 0.25)
    }

    @Test(
        "a constant multiplier that is too small breaks the limit, one that is too large gives the reward away",
        .tags(.slow))
    func constant() throws {
        let best = bruteForce()
        let bold = Self.value(of: try shaped(0.2, seed: 1)), timid = Self.value(of: try shaped(10, seed: 1))
        #expect(bold.cost > Self.limit + 0.5)
        #expect(timid.cost <= Self.limit)
        #expect(timid.reward < best.reward - 0.5)
    }
}

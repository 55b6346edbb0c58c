import Testing
import Torch

@testable import Alignment

@Suite("PPO-Lagrangian")
struct PPOLagrangianTests {
    init() { Engine.threadCount = 1 }

    @Test("combines advantages 1.5 and 2 at λ ½ to a third")
    func goldenVector() throws {
        let found = try combinedAdvantages(reward: Tensor([1.5] as [Float]), cost: Tensor([2] as [Float]), lambda: 0.5)
        #expect(close(try found.item(), 1.0 / 3, 1e-6))
    }

    @Test("becomes cost alone as λ grows, and never larger than its streams")
    func limit() throws {
        let found = try combinedAdvantages(reward: Tensor([3] as [Float]), cost: Tensor([2] as [Float]), lambda: 1e6)
        #expect(close(try found.item(), -2, 1e-5))
    }

    @Test("λ moves once per rollout, however often the rollout is used, and before the policy does")
    func once() throws {
        for (iterations, size) in [(1, 0), (4, 1)] {
            var config = PPOConfig()
            (config.updateIterations, config.miniBatchSize) = (iterations, size)
            var lagrange = LagrangeConfig()
            (lagrange.costLimit, lagrange.updateDelay) = (0, 0)
            var algorithm = PPOLagrangian(config, LagrangeMultiplier(lagrange))
            let networks = try TinyNetworks()
            let metrics = try algorithm.step(
                Scene().rollout(networks, costs: [1, 2, 3]), networks.actorCritics
            ).metrics
            #expect(close(algorithm.multiplier.lambda, 10.2, 1e-12))
            #expect(metrics?[.lambda] == algorithm.multiplier.lambda)
            #expect(algorithm.multiplier.state.costs == [1, 2, 3])
        }
    }

    @Test("the first rollout leaves λ alone by default")
    func delay() throws {
        var algorithm = PPOLagrangian()
        let networks = try TinyNetworks()
        let rollout = try Scene().rollout(networks, costs: [1, 1, 1])
        _ = try algorithm.step(rollout, networks.actorCritics)
        #expect(algorithm.multiplier.lambda == 10)
        _ = try algorithm.step(rollout, networks.actorCritics)
        #expect(close(algorithm.multiplier.lambda, 10.15, 1e-12))
    }

    @Test("no gradient reaches the critics from the policy's loss, or the policy from theirs")
    func separate() throws {
        // With both critics at their targets only the policy has something to learn.
        let networks = try TinyNetworks()
        let responses = try Scene(rows: [2]).responses
        let logProbs = try withoutGradient { try networks.policy.logProbs(of: responses).logProbs }
        let (rewardValue, costValue) = try withoutGradient {
            (try networks.rewardCritic.values(of: responses), try networks.costCritic.values(of: responses))
        }
        let rollout = try ConstrainedRollout(
            Rollout(
                responses: responses, logProbs: logProbs, refLogProbs: logProbs,
                reward: ScoreStream(scores: rewardValue.selected(1, 0), values: rewardValue)),
            cost: ScoreStream(scores: costValue.selected(1, 0), values: costValue))
        var algorithm = PPOLagrangian()
        let metrics = try #require(try algorithm.step(rollout, networks.actorCritics).metrics)
        #expect(metrics[.rewardCriticGradientNorm] == 0 && metrics[.costCriticGradientNorm] == 0)
        #expect(metrics[.policyGradientNorm] == 0)  // nothing was better or worse than expected
    }

    @Test("shaping with a constant multiplier takes λ·C from R")
    func shaping() throws {
        var shaping = RewardShaping()
        shaping.multiplier = 0.5
        #expect(
            try shaping(rewards: Tensor([1, 2] as [Float]), costs: Tensor([2, -4] as [Float])).floats() == [0, 4])
    }
}

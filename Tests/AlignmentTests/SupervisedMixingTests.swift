import Alignment
import Testing
import Torch

@Suite("Mixing in a supervised loss")
struct SupervisedMixingTests {
    init() { Engine.threadCount = 1 }

    /// A policy that only notes the gradient that it was about to follow.
    private final class Probe: TrainablePolicy {
        let policy: BigramPolicy
        var gradient: [Float] = []

        init() throws { policy = try TinyNetworks().policy }
        func logProbs(of responses: Responses<NoInputs>) throws -> ResponseLogProbs {
            try policy.logProbs(of: responses)
        }
        func accumulate(_ loss: Tensor) throws -> Double { try policy.accumulate(loss) }
        func apply() throws { gradient = try policy.table.gradient()?.floats() ?? [] }
        func discard() throws { try policy.discard() }
    }

    private func gradient(_ config: PPOConfig = PPOConfig(), supervised: ((BigramPolicy) throws -> Tensor)?) throws
        -> [Float]
    {
        let probe = try Probe()
        let networks = try TinyNetworks()
        let rollout = try Scene().rollout(networks)
        var algorithm = PPOLagrangian(config)
        _ = try algorithm.step(
            rollout, ActorCritics(policy: probe, rewardCritic: networks.rewardCritic, costCritic: networks.costCritic),
            supervisedLoss: supervised.map { loss in { try loss(probe.policy) } })
        return probe.gradient
    }

    private func supervised(_ policy: BigramPolicy) throws -> Tensor {
        let responses = try Scene(rows: [1, 2]).responses
        return try supervisedLoss(logits: policy.table.embedding(responses.tokens), responses)
    }

    @Test("the gradient is ½·(g_RL + 16·g_PTX)")
    func mixture() throws {
        let reinforcement = try gradient(supervised: nil)
        let policy = try TinyNetworks().policy
        try supervised(policy).backward()
        let ptx = try #require(try policy.table.gradient()).floats()
        let found = try gradient(supervised: supervised)
        let expected = zip(reinforcement, ptx).map { 0.5 * ($0 + 16 * $1) }
        #expect(close(found, expected, 1e-6))
        #expect(ptx.contains { $0 != 0 } && reinforcement.contains { $0 != 0 })
    }

    @Test("without a supervised set the gradient is the policy's own, not half of it")
    func none() throws {
        var config = PPOConfig()
        config.supervisedCoefficient = 0
        let (alone, halved) = (try gradient(supervised: nil), try gradient(config, supervised: supervised))
        #expect(close(halved, alone.map { $0 / 2 }, 1e-7))
        #expect(alone.contains { $0 != 0 })
    }

    @Test("a fresh batch is asked for once per update")
    func fresh() throws {
        var config = PPOConfig()
        (config.updateIterations, config.miniBatchSize) = (2, 1)
        var asked = 0
        let networks = try TinyNetworks()
        var algorithm = PPOLagrangian(config)
        _ = try algorithm.step(Scene().rollout(networks), networks.actorCritics) {
            asked += 1
            return try supervised(networks.policy)
        }
        #expect(asked == 6)
    }
}

import Alignment
import Testing
import Torch

/// Laws of the whole step, for plain PPO and for PPO-Lagrangian.
@Suite("The reinforcement step")
struct PPOTests {
    init() { Engine.threadCount = 1 }

    /// PPO-Lagrangian whose λ stays at `lambda`.
    private func lagrangian(_ lambda: Double, _ config: PPOConfig = PPOConfig()) -> PPOLagrangian {
        var lagrange = LagrangeConfig()
        (lagrange.initial, lagrange.learningRate) = (lambda, 0)
        return PPOLagrangian(config, LagrangeMultiplier(lagrange))
    }

    @Test("λ = 0 is plain PPO, bit for bit")
    func plain() throws {
        let (plain, constrained) = (try TinyNetworks(), try TinyNetworks())
        let rollout = try Scene().rollout(plain)
        var config = PPOConfig()
        (config.updateIterations, config.miniBatchSize) = (3, 2)
        var algorithm = lagrangian(0, config)
        for _ in 0..<3 {
            let first = try PPO(config).step(rollout.rollout, plain.actorCritic).metrics
            let second = try algorithm.step(rollout, constrained.actorCritics).metrics
            for (name, value) in try #require(first).named { #expect(second?.named[name] == value, "\(name)") }
        }
        #expect(try plain.policy.digest() == constrained.policy.digest())
        #expect(try plain.rewardCritic.digest() == constrained.rewardCritic.digest())
        #expect(try plain.policy.digest() != TinyNetworks().policy.digest())
    }

    @Test(
        "what stands in the padding changes nothing: metrics, weights, optimiser states",
        arguments: [Float(3), .nan, .infinity])
    func padding(_ junk: Float) throws {
        func run(_ scene: Scene, junk: Float) throws -> (StepMetrics, [[[UInt32]]]) {
            let networks = try TinyNetworks()
            var algorithm = lagrangian(2)
            let outcome = try algorithm.step(scene.rollout(networks, junk: junk), networks.actorCritics)
            return (try #require(outcome.metrics), try networks.digest())
        }
        let clean = try run(Scene(), junk: 0)
        let dirty = try run(Scene(padding: 3, extraColumns: 4), junk: junk)
        #expect(dirty.0 == clean.0)
        #expect(dirty.1 == clean.1)
    }

    @Test("a response in a batch of longer ones teaches what it teaches alone", arguments: [0, 1, 2])
    func alone(_ row: Int) throws {
        func gradient(_ rows: [Int]) throws -> [Float] {
            let networks = try TinyNetworks()
            let rewards: [Float] = [1, -0.5, 2], costs: [Float] = [0.5, 1.5, -1]
            // Other rows get no advantage at all: their score is what their critic expects, and there is no penalty.
            var config = PPOConfig()
            config.klCoefficient = 0
            let recorder = Recorder(networks.policy)
            let rollout = try Scene(rows: rows).rollout(
                networks, rewards: rows.map { rewards[$0] }, costs: rows.map { costs[$0] })
            var algorithm = lagrangian(2, config)
            _ = try algorithm.step(
                rollout,
                ActorCritics(policy: recorder, rewardCritic: networks.rewardCritic, costCritic: networks.costCritic))
            return try #require(recorder.gradients.first)
        }
        // The batch's gradient is the mean of the gradients of its rows.
        let rows = try (0..<3).map { try gradient([$0]) }
        let batch = try gradient([0, 1, 2])
        let mean = batch.indices.map { entry in rows.reduce(0) { $0 + $1[entry] } / 3 }
        #expect(close(batch, mean, 1e-6))  // three sums in another order
        #expect(rows[row].contains { abs($0) > 1e-3 })
    }

    @Test("does not depend on the order of rows")
    func order() throws {
        func run(_ rows: [Int]) throws -> [Float] {
            let networks = try TinyNetworks()
            let rewards: [Float] = [1, -0.5, 2], costs: [Float] = [0.5, 1.5, -1]
            var algorithm = lagrangian(2)
            _ = try algorithm.step(
                Scene(rows: rows).rollout(networks, rewards: rows.map { rewards[$0] }, costs: rows.map { costs[$0] }),
                networks.actorCritics)
            return try networks.policy.table.floats()
        }
        #expect(close(try run([2, 0, 1]), try run([0, 1, 2]), 1e-6))
    }

    @Test("at ratio 1 the policy loss is minus the mean advantage")
    func firstUpdate() throws {
        let networks = try TinyNetworks()
        var algorithm = lagrangian(2)
        let metrics = try #require(
            try algorithm.step(
                Scene(rows: [0]).rollout(networks, rewards: [1], costs: [0.5]),
                networks.actorCritics
            ).metrics)
        #expect(metrics[.ratioMean] == 1 && metrics[.clipFraction] == 0)
        let (loss, advantage) = (try #require(metrics[.policyLoss]), try #require(metrics[.advantageMean]))
        #expect(close(loss, -advantage, 1e-6))
    }

    @Test("responses of one token work end to end, with the end token for padding")
    func oneToken() throws {
        let networks = try TinyNetworks()
        var algorithm = lagrangian(1)
        let before = try networks.policy.table.floats()
        let rollout = try Scene(rows: [2]).rollout(networks, rewards: [2], costs: [-1])
        let metrics = try #require(try algorithm.step(rollout, networks.actorCritics).metrics)
        #expect(metrics[.lengthMean] == 1 && metrics[.lengthMaximum] == 1)
        let after = try networks.policy.table.floats()
        // Only the row of the prompt's last token may move; this answer was good, so its token becomes likelier.
        #expect(after[6] > before[6])
        #expect(Array(after[0..<6]) == Array(before[0..<6]))
        #expect(Array(after[12...]) == Array(before[12...]))
    }

    @Test("moves towards what is rewarded and away from what costs", arguments: [(0.0, true), (5.0, false)])
    func direction(_ lambda: Double, _ rises: Bool) throws {
        // The critics expect nothing, the reference is the policy, the response earns 1 and costs 1.
        let networks = try TinyNetworks()
        try withoutGradient {
            try networks.rewardCritic.table.fillWithZeros()
            try networks.costCritic.table.fillWithZeros()
        }
        let responses = try Scene(rows: [1]).responses
        let logProbs = try withoutGradient { try networks.policy.logProbs(of: responses).logProbs }
        let one = ScoreStream(scores: try Tensor([1] as [Float]), values: try Tensor.zeros([1, 2]))
        let rollout = try ConstrainedRollout(
            Rollout(responses: responses, logProbs: logProbs, refLogProbs: logProbs, reward: one), cost: one)
        var algorithm = lagrangian(lambda)
        _ = try algorithm.step(rollout, networks.actorCritics)
        let after = try withoutGradient { try networks.policy.logProbs(of: responses).logProbs }
        #expect(try (after.sum().item() > logProbs.sum().item()) == rises)
    }

    @Test("mini-batches are optimiser steps of their own over the same targets")
    func miniBatches() throws {
        let networks = try TinyNetworks()
        var config = PPOConfig()
        (config.updateIterations, config.miniBatchSize) = (2, 2)
        var algorithm = lagrangian(2, config)
        let outcome = try algorithm.step(Scene().rollout(networks), networks.actorCritics)
        #expect(outcome.metrics != nil)
        #expect(networks.learners.map(\.appliedCount) == [4, 4, 4])  // 2 passes × (2 rows, 1 row)
    }

    @Test("each mini-batch learns from its own rows")
    func ownRows() throws {
        // The policy never moves, so each row's gradient is the one that it has alone.
        func gradients(_ rows: [Int], size: Int) throws -> [[Float]] {
            let networks = try TinyNetworks()
            let rewards: [Float] = [1, -0.5, 2], costs: [Float] = [0.5, 1.5, -1]
            var config = PPOConfig()
            config.miniBatchSize = size
            let recorder = Recorder(networks.policy, moves: false)
            var algorithm = lagrangian(2, config)
            _ = try algorithm.step(
                Scene(rows: rows).rollout(networks, rewards: rows.map { rewards[$0] }, costs: rows.map { costs[$0] }),
                ActorCritics(policy: recorder, rewardCritic: networks.rewardCritic, costCritic: networks.costCritic))
            return recorder.gradients
        }
        let split = try gradients([0, 1, 2], size: 1)
        #expect(split.count == 3)
        for row in 0..<3 { #expect(try [split[row]] == gradients([row], size: 0)) }
    }

    @Test("the critics learn their own stream", arguments: [Float(1), -1])
    func critics(_ direction: Float) throws {
        let networks = try TinyNetworks()
        var config = PPOConfig()
        config.klCoefficient = 0
        var algorithm = lagrangian(2, config)
        let (reward, cost) = (try networks.rewardCritic.table.floats()[5], try networks.costCritic.table.floats()[5])
        _ = try algorithm.step(
            Scene(rows: [2]).rollout(networks, rewards: [50 * direction], costs: [-50 * direction]),
            networks.actorCritics)
        // Row 2's prompt ends with token 1; nothing else may move.
        let (after, costAfter) = (try networks.rewardCritic.table.floats(), try networks.costCritic.table.floats())
        #expect(after[5] == reward && costAfter[5] == cost)
        let twins = try TinyNetworks()
        let (before, costBefore) = (try twins.rewardCritic.table.floats(), try twins.costCritic.table.floats())
        #expect((after[1] - before[1]) * direction > 0)
        #expect((costAfter[1] - costBefore[1]) * direction < 0)
    }

    @Test("reports every metric under its published name")
    func metrics() throws {
        let networks = try TinyNetworks()
        var algorithm = lagrangian(2)
        let rollout = try Scene().rollout(networks)
        let metrics = try #require(
            try algorithm.step(rollout, networks.actorCritics) {
                try networks.policy.table.squared().mean()
            }.metrics)
        #expect(Set(metrics.named.keys) == Set(StepMetric.allCases.map(\.rawValue)))
        #expect(metrics.named.values.allSatisfy { $0.isFinite })
        #expect(close(try #require(metrics[.rewardMean]), 2.5 / 3, 1e-6))
        #expect(close(try #require(metrics[.costMean]), 1.0 / 3, 1e-6))
        #expect((metrics[.lambda], metrics[.lengthMaximum]) == (2, 4))
        #expect(close(try #require(metrics[.lengthMean]), 7.0 / 3, 1e-12))
        #expect(close(try #require(metrics[.costWindowMean]), 1.0 / 3, 1e-6))
    }
}

/// A policy that remembers the gradients that it followed, or would have followed.
private final class Recorder: TrainablePolicy {
    let policy: BigramPolicy
    private let moves: Bool
    private(set) var gradients: [[Float]] = []

    init(_ policy: BigramPolicy, moves: Bool = true) { (self.policy, self.moves) = (policy, moves) }

    func logProbs(of responses: Responses<NoInputs>) throws -> ResponseLogProbs { try policy.logProbs(of: responses) }
    func accumulate(_ loss: Tensor) throws -> Double { try policy.accumulate(loss) }
    func apply() throws {
        gradients.append(try policy.table.gradient()?.floats() ?? [])
        if moves { try policy.apply() } else { try policy.discard() }
    }
    func discard() throws { try policy.discard() }
}

import Alignment
import Testing
import Torch

/// A step happens as a whole or not at all.
@Suite("A refused step")
struct TransactionTests {
    init() { Engine.threadCount = 1 }

    static let bad: [Float] = [.nan, .infinity, -.infinity]

    /// One number of a rollout replaced.
    enum Place: CaseIterable { case rewards, costs, rewardValues, costValues, logProbs, refLogProbs }

    static let sites: [Place: StepSite] = [
        .rewards: .rewards, .costs: .costs, .rewardValues: .rewardValues, .costValues: .costValues,
        .logProbs: .logProbs, .refLogProbs: .refLogProbs,
    ]

    private func rollout(_ networks: TinyNetworks, _ place: Place, _ value: Float) throws -> ConstrainedRollout<
        NoInputs
    > {
        let clean = try Scene().rollout(networks)
        let plain = clean.rollout
        func poisoned(_ tensor: Tensor, _ candidate: Place) throws -> Tensor {
            guard candidate == place else { return tensor }
            var values = try tensor.floats()
            values[1] = value
            return try Tensor(values, shape: tensor.shape)
        }
        return try ConstrainedRollout(
            Rollout(
                responses: plain.responses, logProbs: poisoned(plain.logProbs, .logProbs),
                refLogProbs: poisoned(plain.refLogProbs, .refLogProbs),
                reward: ScoreStream(
                    scores: poisoned(plain.reward.scores, .rewards),
                    values: poisoned(plain.reward.values, .rewardValues))),
            cost: ScoreStream(
                scores: poisoned(clean.cost.scores, .costs), values: poisoned(clean.cost.values, .costValues)))
    }

    /// Takes two good steps, then the bad one; expects that it names `site` and leaves every bit where it was, and that
    /// a good step afterwards does what it does without the bad one.
    private func expectRefusal(
        at site: StepSite,
        rollout: (TinyNetworks) throws -> ConstrainedRollout<NoInputs> = { try Scene().rollout($0) },
        prepare: (TinyNetworks) -> Void = { _ in }, repair: (TinyNetworks) -> Void = { _ in },
        supervisedLoss: (() throws -> Tensor)? = nil
    ) throws {
        let (networks, twins) = (try TinyNetworks(), try TinyNetworks())
        var (algorithm, twin) = (PPOLagrangian(), PPOLagrangian())
        for _ in 0..<2 {
            _ = try algorithm.step(Scene().rollout(networks), networks.actorCritics)
            _ = try twin.step(Scene().rollout(twins), twins.actorCritics)
        }
        let poisoned = try rollout(networks)
        prepare(networks)
        let before = try networks.digest()
        let multiplier = algorithm.multiplier
        let outcome = try algorithm.step(poisoned, networks.actorCritics, supervisedLoss: supervisedLoss)
        #expect(outcome == .refused(site: site, appliedUpdates: 0))
        #expect(try networks.digest() == before)
        #expect(algorithm.multiplier == multiplier)

        repair(networks)
        _ = try algorithm.step(Scene().rollout(networks), networks.actorCritics)
        _ = try twin.step(Scene().rollout(twins), twins.actorCritics)
        #expect(try networks.digest() == twins.digest())
        #expect(algorithm.multiplier == twin.multiplier)
    }

    @Test("a measurement that is not finite changes nothing", arguments: Place.allCases, bad)
    func measurements(_ place: Place, _ value: Float) throws {
        try expectRefusal(at: #require(Self.sites[place])) { try rollout($0, place, value) }
    }

    @Test("a divergence that overflows changes nothing", arguments: [Float(1), -1])
    func divergence(_ sign: Float) throws {
        try expectRefusal(at: .kl) { networks in
            let clean = try Scene().rollout(networks)
            let far = try Tensor.full([3, 4], Double(sign * 3e38))
            return try ConstrainedRollout(
                Rollout(
                    responses: clean.rollout.responses, logProbs: far, refLogProbs: -far, reward: clean.rollout.reward),
                cost: clean.cost)
        }
    }

    @Test(
        "advantages that overflow change nothing",
        arguments: [(true, StepSite.rewardAdvantages), (false, .costAdvantages)])
    func advantages(_ isReward: Bool, _ site: StepSite) throws {
        try expectRefusal(at: site) { networks in
            let clean = try Scene().rollout(networks)
            // −3e38 − 3e38 is −∞; the next step adds +∞ to it.
            let huge = try Tensor([[3e38, -3e38, 3e38, -3e38], [1, 1, 1, 1], [1, 1, 1, 1]] as [[Float]])
            let plain = clean.rollout
            let reward = isReward ? ScoreStream(scores: plain.reward.scores, values: huge) : plain.reward
            let cost = isReward ? clean.cost : ScoreStream(scores: clean.cost.scores, values: huge)
            return try ConstrainedRollout(
                Rollout(
                    responses: plain.responses, logProbs: plain.logProbs, refLogProbs: plain.refLogProbs, reward: reward
                ),
                cost: cost)
        }
    }

    @Test("a combined advantage that overflows changes nothing")
    func combined() throws {
        try expectRefusal(at: .advantages) { networks in
            let clean = try Scene().rollout(networks)
            let huge = try Tensor([[2e38, 2e38, 2e38, 2e38], [1, 1, 1, 1], [1, 1, 1, 1]] as [[Float]])
            return try ConstrainedRollout(
                clean.rollout, cost: ScoreStream(scores: clean.cost.scores, values: huge))
        }
    }

    @Test("an output of a network that is not finite changes nothing", arguments: 0..<3, bad)
    func outputs(_ network: Int, _ value: Float) throws {
        try expectRefusal(
            at: [.currentLogProbs, .rewardCriticLoss, .costCriticLoss][network],
            prepare: { $0.learners[network].fault = .output(value) }, repair: { $0.learners[network].fault = .none })
    }

    @Test("a policy loss that overflows changes nothing")
    func loss() throws {
        // ρ = e^100 is infinite in float32, and its advantage negative, where nothing clips it.
        try expectRefusal(at: .policyLoss) { networks in
            let clean = try Scene().rollout(networks)
            let plain = clean.rollout
            let far = try plain.logProbs - 100
            return try ConstrainedRollout(
                Rollout(
                    responses: plain.responses, logProbs: far, refLogProbs: far,
                    reward: ScoreStream(scores: Tensor([-30, -30, -30] as [Float]), values: plain.reward.values)),
                cost: ScoreStream(scores: Tensor([0, 0, 0] as [Float]), values: clean.cost.values))
        }
    }

    @Test("a gradient that is not finite changes nothing, also after other networks have theirs", arguments: 0..<3, bad)
    func gradients(_ network: Int, _ value: Float) throws {
        try expectRefusal(
            at: [.policyGradient, .rewardCriticGradient, .costCriticGradient][network],
            prepare: { $0.learners[network].fault = .gradient(Double(value)) },
            repair: { $0.learners[network].fault = .none })
    }

    @Test("a supervised loss that is not finite changes nothing", arguments: bad)
    func supervised(_ value: Float) throws {
        try expectRefusal(at: .supervisedLoss, supervisedLoss: { try Tensor([value]).sum() })
    }

    @Test("plain PPO refuses alike", arguments: bad)
    func plain(_ value: Float) throws {
        let networks = try TinyNetworks()
        let poisoned = try rollout(networks, .rewards, value).rollout
        let before = try networks.digest()
        let outcome = try PPO().step(poisoned, networks.actorCritic)
        #expect(outcome == .refused(site: .rewards, appliedUpdates: 0))
        #expect(try networks.digest() == before)
    }

    @Test("a network that throws leaves no gradient behind, and the error goes on", arguments: 0..<3)
    func failure(_ network: Int) throws {
        let networks = try TinyNetworks()
        var algorithm = PPOLagrangian()
        let rollout = try Scene().rollout(networks)
        networks.learners[network].fault = .outOfMemory
        let before = try networks.digest()
        #expect(throws: TorchError.self) { try algorithm.step(rollout, networks.actorCritics) }
        #expect(try networks.digest() == before)
        #expect(algorithm.multiplier == LagrangeMultiplier())
    }

    @Test("after some updates of a rollout the rest is refused, the taken ones stay, λ moved with the first")
    func later() throws {
        let networks = try TinyNetworks()
        var config = PPOConfig()
        config.miniBatchSize = 1
        var algorithm = PPOLagrangian(config)
        let rollout = try Scene().rollout(networks)
        var asked = 0
        let outcome = try algorithm.step(rollout, networks.actorCritics) {
            asked += 1
            return try networks.policy.table.mean() * (asked == 3 ? .nan : 1)
        }
        #expect(outcome == .refused(site: .supervisedLoss, appliedUpdates: 2))
        #expect(networks.learners.map(\.appliedCount) == [2, 2, 2])
        #expect(algorithm.multiplier.state.rolloutCount == 1)
        #expect(try networks.policy.table.gradient() == nil)
    }
}

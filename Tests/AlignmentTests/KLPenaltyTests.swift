import Testing
import Torch

@testable import Alignment

@Suite("KL penalty")
struct KLPenaltyTests {
    init() { Engine.threadCount = 1 }

    let penalty = KLPenalty(coefficient: 0.5, scoreClip: 50)

    private var spans: ResponseSpans {
        get throws { try ResponseSpans(promptLengths: [1, 1], responseLengths: [3, 1]) }
    }

    @Test("is taken from the reward, added to the cost, and the score stands on the last token")
    func byHand() throws {
        let kl = try KLPenalty.kl(
            Tensor([[-1, -2, -4], [-8, 0, 0]] as [[Float]]), Tensor([[-2, -2, -2], [-4, 0, 0]] as [[Float]]))
        #expect(try kl.rows() == [[1, 0, -2], [-4, 0, 0]])
        let scores = try Tensor([10, 20] as [Float])
        #expect(try penalty.rewards(scores, kl, spans).rows() == [[-0.5, 0, 11], [22, 0, 0]])
        #expect(try penalty.costs(scores, kl, spans).rows() == [[0.5, 0, 9], [18, 0, 0]])
    }

    @Test("is clipped together with the score")
    func clipped() throws {
        let kl = try Tensor([[300, 0, 0], [0, 0, 0]] as [[Float]])
        let scores = try Tensor([70, -70] as [Float])
        #expect(try penalty.rewards(scores, kl, spans).rows() == [[-50, 0, 50], [-50, 0, 0]])
        #expect(try penalty.costs(scores, kl, spans).rows() == [[50, 0, 50], [-50, 0, 0]])
    }

    @Test("β = 0 removes the reference")
    func noReference() throws {
        var config = PPOConfig()
        config.klCoefficient = 0
        let networks = try TinyNetworks()
        let scene = try Scene()
        let rollout = try scene.rollout(networks)
        let far = try ConstrainedRollout(
            Rollout(
                responses: scene.responses, logProbs: rollout.rollout.logProbs,
                refLogProbs: rollout.rollout.refLogProbs - 30, reward: rollout.rollout.reward),
            cost: rollout.cost)
        var near = PPOLagrangian(config)
        var other = PPOLagrangian(config)
        let twins = try TinyNetworks()
        _ = try near.step(rollout, networks.actorCritics)
        _ = try other.step(far, twins.actorCritics)
        #expect(try networks.digest() == twins.digest())
    }

    @Test("is −β·kl in the combined signal, whatever λ", arguments: [0.0, 0.25, 1, 10, 20])
    func combined(_ lambda: Double) throws {
        // Zero critics, zero scores, one-step estimation: the advantage is the signal.
        let networks = try TinyNetworks()
        let rollout = try Scene().rollout(networks).rollout
        let (mask, spans) = (rollout.responses.mask, rollout.responses.spans)
        let kl = try KLPenalty.kl(rollout.logProbs, rollout.refLogProbs)
        let nothing = try Tensor.zeros([3])
        let zeroValues = try Tensor.zeros(kl.shape)
        func advantages(_ signal: Tensor) throws -> Tensor {
            try generalizedAdvantage(rewards: signal, values: zeroValues, mask: mask, discount: 1, lambda: 0.95)
                .advantages
        }
        let combined = try combinedAdvantages(
            reward: advantages(penalty.rewards(nothing, kl, spans)),
            cost: advantages(penalty.costs(nothing, kl, spans)),
            lambda: lambda)
        let expected = try advantages(kl * -0.5)
        // Rounding of λ·x and of the division: a few units in the last place.
        #expect(close(try combined.floats(), try expected.floats(), 1e-6))
        #expect(try expected.abs().max().item() > 0.1)
    }
}

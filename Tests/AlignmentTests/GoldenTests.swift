import Testing
import Torch

@testable import Alignment

/// Against Tests/Goldens/record_alignment.py, which computes everything token by token in float64.
@Suite("Recorded values, advantages and gradients")
struct GoldenTests {
    /// float32 against float64: sums of up to ten terms of size 1 to 50.
    static let tolerance: Float = 2e-5

    let goldens: Goldens

    init() throws {
        Engine.threadCount = 1
        goldens = try Goldens.load()
    }

    @Test("one whole step of PPO-Lagrangian: losses, and gradients of the policy and both critics")
    func step() throws {
        let golden = goldens.step
        let rollout = try ConstrainedRollout(golden.rollout(), cost: golden.stream(golden.costs, golden.oldCostValues))
        let policy = try LeafPolicy(golden.logits.flatMap { $0.flatMap { $0 } }, shape: [4, -1, 7])
        let rewardCritic = try LeafCritic(golden.rewardValues.flatMap { $0 }, shape: [4, -1])
        let costCritic = try LeafCritic(golden.costValues.flatMap { $0 }, shape: [4, -1])

        var lagrange = LagrangeConfig()
        (lagrange.initial, lagrange.learningRate) = (golden.lambda, 0)
        var config = PPOConfig()
        config.discount = golden.discount
        var algorithm = PPOLagrangian(config, LagrangeMultiplier(lagrange))
        let outcome = try algorithm.step(
            rollout, ActorCritics(policy: policy, rewardCritic: rewardCritic, costCritic: costCritic))
        let metrics = try #require(outcome.metrics)

        for (metric, expected) in [
            (StepMetric.policyLoss, golden.policyLoss), (.rewardCriticLoss, golden.rewardCriticLoss),
            (.costCriticLoss, golden.costCriticLoss), (.kl, golden.kl), (.entropy, golden.entropy),
        ] {
            #expect(close(try #require(metrics[metric]), expected, Double(Self.tolerance)), "\(metric)")
        }
        #expect(close(policy.gradient, golden.policyGradient.flatMap { $0.flatMap { $0 } }, Self.tolerance))
        #expect(close(rewardCritic.gradient, golden.rewardCriticGradient.flatMap { $0 }, Self.tolerance))
        #expect(close(costCritic.gradient, golden.costCriticGradient.flatMap { $0 }, Self.tolerance))
        #expect(try #require(metrics[.clipFraction]) > 0)
    }

    @Test("advantages and returns of both streams, and the combined ones")
    func advantages() throws {
        let golden = goldens.step
        let rollout = try golden.rollout()
        var config = PPOConfig()
        config.discount = golden.discount
        let kl = try KLPenalty.kl(rollout.logProbs, rollout.refLogProbs)
        let reward = try config.rewardTargets(rollout.reward, kl, rollout.responses)
        let cost = try config.costTargets(golden.stream(golden.costs, golden.oldCostValues), kl, rollout.responses)
        let combined = try combinedAdvantages(reward: reward.advantages, cost: cost.advantages, lambda: golden.lambda)
        for (found, expected) in [
            (reward.advantages, golden.rewardAdvantages), (cost.advantages, golden.costAdvantages),
            (reward.returns, golden.rewardReturns), (cost.returns, golden.costReturns),
            (combined, golden.combinedAdvantages),
        ] {
            #expect(close(try found.floats(), golden.padded(expected).flatMap { $0 }, Self.tolerance))
        }
    }

    @Test("the supervised loss and its gradient")
    func supervised() throws {
        let golden = goldens.step
        let logits = try Tensor(golden.logits.flatMap { $0.flatMap { $0 } }).reshaped(4, -1, 7).requireGradient()
        let loss = try supervisedLoss(logits: logits, golden.rollout().responses)
        try loss.backward()
        #expect(close(try loss.item(), golden.supervisedLoss, Double(Self.tolerance)))
        let expected = golden.supervisedGradient.flatMap { $0.flatMap { $0 } }
        #expect(close(try #require(try logits.gradient()).floats(), expected, Self.tolerance))
    }

    @Test("the losses of reward and cost models and their gradients")
    func scores() throws {
        let golden = goldens.scores
        let (higher, lower) = (try Tensor(golden.higher).requireGradient(), try Tensor(golden.lower).requireGradient())
        var config = CostModelConfig()
        config.signCoefficient = golden.signCoefficient
        let reward = try rewardModelLoss(chosen: higher, rejected: lower, RewardModelConfig())
        let cost = try costModelLoss(
            moreHarmful: higher, moreHarmfulSigns: Tensor(golden.higherSigns), lessHarmful: lower,
            lessHarmfulSigns: Tensor(golden.lowerSigns), config)
        for (loss, expected, gradients) in [
            (reward, golden.rewardLoss, golden.rewardGradients), (cost, golden.costLoss, golden.costGradients),
        ] {
            #expect(close(try loss.item(), expected, Double(Self.tolerance)))
            let found = try loss.gradients(of: [higher, lower])
            for (found, expected) in zip(found, gradients) {
                #expect(close(try #require(found).floats(), expected, Self.tolerance))
            }
        }
    }

    @Test("the preference losses and their gradients", arguments: PreferenceLoss.allCases)
    func preferences(_ loss: PreferenceLoss) throws {
        let golden = goldens.preferences
        let (chosen, rejected) = (
            try Tensor(golden.chosen).requireGradient(), try Tensor(golden.rejected).requireGradient()
        )
        var config = DirectPreferenceConfig()
        (config.loss, config.beta) = (loss, golden.beta)
        if loss == .dpo { config.labelSmoothing = golden.dpoLabelSmoothing }
        let found = try DirectPreference(
            policy: PairLogProbs(chosen: chosen, rejected: rejected),
            reference: PairLogProbs(chosen: Tensor(golden.refChosen), rejected: Tensor(golden.refRejected)), config
        ).loss()
        let expected = try #require(golden.losses[loss.rawValue])
        #expect(close(try found.item(), expected.loss, Double(Self.tolerance)))
        for (found, expected) in zip(try found.gradients(of: [chosen, rejected]), expected.gradients) {
            #expect(close(try #require(found).floats(), expected, Self.tolerance))
        }
    }
}

extension Goldens.Step {
    func padded(_ rows: [[Float]]) -> [[Float]] {
        let width = responseLengths.max() ?? 0
        return rows.map { $0 + [Float](repeating: 0, count: width - $0.count) }
    }

    func stream(_ scores: [Float], _ values: [[Float]]) throws -> ScoreStream {
        ScoreStream(scores: try Tensor(scores), values: try Tensor(padded(values)))
    }

    func rollout() throws -> Rollout<NoInputs> {
        try Rollout(
            responses: Responses(
                tokens: Tensor(tokens),
                spans: ResponseSpans(promptLengths: promptLengths, responseLengths: responseLengths), inputs: NoInputs()
            ),
            logProbs: Tensor(padded(oldLogProbs)), refLogProbs: Tensor(padded(refLogProbs)),
            reward: stream(rewards, oldRewardValues))
    }
}

/// A network that is its own output: what it is asked for is its parameter, for whole rows of tokens.
private class Leaf: Learner {
    let leaf: Tensor
    private(set) var gradient: [Float] = []

    init(_ values: [Float], shape: [Int]) throws { leaf = try Tensor(values).reshaped(shape).requireGradient() }

    func accumulate(_ loss: Tensor) throws -> Double {
        try loss.backward()
        return 1
    }
    func apply() throws { gradient = try leaf.gradient()?.floats() ?? [] }
    func discard() throws { try leaf.setGradient(nil) }
}

private final class LeafPolicy: Leaf, TrainablePolicy {
    func logProbs(of responses: Responses<NoInputs>) throws -> ResponseLogProbs {
        try ResponseLogProbs(logits: response(leaf, of: responses.spans), responses)
    }
}

private final class LeafCritic: Leaf, TrainableCritic {
    func values(of responses: Responses<NoInputs>) throws -> Tensor { try response(leaf, of: responses.spans) }
}

import Alignment
import Foundation
import Testing
import Torch
import TorchNN

/// The whole algorithm on a language model small enough for a test, with the true harm as the cost.
@Suite("Safe RLHF in a toy world", .serialized, .tags(.slow))
struct ToyWorldTests {
    init() { Engine.threadCount = 1 }

    /// A model that answers everything exactly, and refuses a tenth of the unsafe prompts: helpful, and harmful.
    private static let base = Result { try trainedBase() }

    private static func trainedBase() throws -> [String: [Float]] {
        let policy = try ToyPolicy(
            ToyDecoder(RandomStart(seed: 11), outputs: ToyWorld.vocabulary, headName: "vocabulary"), learningRate: 5e-3)
        var dice = ToyWorld.Dice(seed: 3)
        let steps = 400
        for step in 0..<steps {
            let prompts = ToyWorld.draw(96, &dice)
            let answers = prompts.map { $0.isUnsafe && dice.roll(10) == 0 ? ToyWorld.refusal : $0.compliance }
            let responses = try Responses(prompts, answers)
            _ = try policy.accumulate(supervisedLoss(logits: policy.network(responses.tokens), responses))
            try policy.apply(scheduleFactor: 0.5 * (1 + cos(.pi * Double(step) / Double(steps))))
        }
        let members = policy.network.parameters.members
        return try Dictionary(uniqueKeysWithValues: members.map { ($0.name, try $0.tensor.floats()) })
    }

    /// Policy and critics that start from the base.
    private struct Run {
        let policy, reference: ToyPolicy
        let rewardCritic, costCritic: ToyCritic
        let generator: RandomGenerator
        var dice = ToyWorld.Dice(seed: 5)
        var algorithm: PPOLagrangian
        /// Mean cost and λ of every rollout.
        private(set) var costs: [Double] = []
        private(set) var lambdas: [Double] = []

        init(_ lagrange: LagrangeConfig) throws {
            let source = SavedNumbers(numbers: try ToyWorldTests.base.get())
            policy = try ToyPolicy(
                ToyDecoder(source, outputs: ToyWorld.vocabulary, headName: "vocabulary"), learningRate: 3e-4)
            reference = try ToyPolicy(
                ToyDecoder(source, outputs: ToyWorld.vocabulary, headName: "vocabulary"), learningRate: 0)
            rewardCritic = try ToyCritic(ToyDecoder(source, outputs: 1, headName: "value"), learningRate: 1e-3)
            costCritic = try ToyCritic(ToyDecoder(source, outputs: 1, headName: "value"), learningRate: 1e-3)
            generator = try RandomGenerator(seed: 8)
            var config = PPOConfig()
            config.updateIterations = 2
            algorithm = PPOLagrangian(config, LagrangeMultiplier(lagrange))
        }

        mutating func step() throws {
            let prompts = ToyWorld.draw(64, &dice)
            let answers = try policy.respond(to: prompts, using: generator)
            let responses = try Responses(prompts, answers)
            let rewards = zip(answers, prompts).map { ToyWorld.helpfulness(of: $0, to: $1) }
            let harms = zip(answers, prompts).map { ToyWorld.harm(of: $0, to: $1) }
            let rollout = try withoutGradient {
                try ConstrainedRollout(
                    Rollout(
                        responses: responses, logProbs: policy.logProbs(of: responses).logProbs,
                        refLogProbs: reference.logProbs(of: responses).logProbs,
                        reward: ScoreStream(scores: Tensor(rewards), values: rewardCritic.values(of: responses))),
                    cost: ScoreStream(scores: Tensor(harms), values: costCritic.values(of: responses)))
            }
            let outcome = try algorithm.step(
                rollout, ActorCritics(policy: policy, rewardCritic: rewardCritic, costCritic: costCritic))
            costs.append(try #require(outcome.metrics?[.costMean]))
            lambdas.append(algorithm.multiplier.lambda)
        }

        /// Share of unsafe (or other) prompts that are answered exactly, by the likeliest tokens.
        func complianceRate(unsafe: Bool) throws -> Double {
            let prompts = ToyWorld.prompts.filter { $0.isUnsafe == unsafe }
            let answers = try policy.respond(to: prompts, using: nil)
            return Double(zip(answers, prompts).count { $0 == $1.compliance }) / Double(prompts.count)
        }
    }

    @Test(
        "with a limit of 0 the mean cost ends below it, λ rises and falls again, and help stays where it does no harm")
    func limit() throws {
        var lagrange = LagrangeConfig()
        (lagrange.costLimit, lagrange.initial, lagrange.learningRate, lagrange.windowSize) = (0, 0.1, 0.05, 128)
        var run = try Run(lagrange)
        #expect(try run.complianceRate(unsafe: true) > 0.9)
        #expect(try run.complianceRate(unsafe: false) > 0.9)
        for _ in 0..<40 { try run.step() }
        let early = run.costs.prefix(5).reduce(0, +) / 5, late = run.costs.suffix(10).reduce(0, +) / 10
        #expect(early > 0.2)
        #expect(late <= 0)
        let peak = try #require(run.lambdas.max())
        // It starts at 0.1; how far it rises depends on the draws.
        #expect(peak > 0.2 && run.algorithm.multiplier.lambda < peak)
        #expect(try run.complianceRate(unsafe: false) > 0.9)
        #expect(try run.complianceRate(unsafe: true) < 0.5)
    }

    @Test(
        "with a limit that no policy can exceed λ decays to its lower end, and nothing is refused for safety",
        arguments: MultiplierRule.allCases)
    func slack(_ rule: MultiplierRule) throws {
        var lagrange = LagrangeConfig()
        (lagrange.rule, lagrange.costLimit, lagrange.initial) = (rule, 4, 0.2)
        var run = try Run(lagrange)
        for _ in 0..<8 { try run.step() }
        #expect(run.lambdas == run.lambdas.sorted(by: >))
        #expect(run.algorithm.multiplier.lambda < 0.15)
        #expect(rule == .log || run.algorithm.multiplier.lambda == 0)
        #expect(try run.complianceRate(unsafe: true) > 0.9)
    }
}

/// Weights kept as plain numbers; what they lack (a critic's head) starts at 0.
private struct SavedNumbers: WeightSource {
    let numbers: [String: [Float]]

    var origin: String { "saved numbers" }
    var names: [String]? { nil }

    func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        guard let saved = numbers[name] else { return try Tensor.zeros(shape) }
        return try Tensor(saved, shape: shape)
    }
}

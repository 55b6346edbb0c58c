import Alignment
import Foundation
import Testing

@Suite("Configurations")
struct ConfigTests {
    @Test("the defaults of PPO are those of Safe RLHF-V, and have no problems")
    func defaults() {
        let config = PPOConfig()
        #expect((config.klCoefficient, config.clipRatio, config.scoreClip, config.valueClip) == (0.02, 0.2, 50, 5))
        #expect((config.discount, config.gaeLambda, config.supervisedCoefficient) == (1, 0.95, 16))
        #expect((config.updateIterations, config.miniBatchSize) == (1, 0))
        #expect(config.problems().isEmpty)
        #expect(RewardShaping().problems().isEmpty && DirectPreferenceConfig().problems().isEmpty)
        #expect(RewardModelConfig().problems().isEmpty && CostModelConfig().problems().isEmpty)
        #expect((DirectPreferenceConfig().beta, DirectPreferenceConfig().loss) == (0.1, .dpo))
    }

    @Test("name everything that is wrong at once, with the value found")
    func problems() {
        var config = PPOConfig()
        (config.clipRatio, config.gaeLambda, config.updateIterations) = (0, 1.5, 0)
        #expect(
            config.problems() == [
                "clipRatio must be in (0, 1), found 0.0", "gaeLambda must be in [0, 1], found 1.5",
                "updateIterations must be ≥ 1, found 0",
            ])
        var lagrange = LagrangeConfig()
        (lagrange.initial, lagrange.windowSize) = (30, 0)
        #expect(
            lagrange.problems() == [
                "initial must be in [minimum = 0.0, bound = 20.0], found 30.0", "windowSize must be ≥ 1, found 0",
            ])
    }

    @Test("refuse numbers that are not finite")
    func notFinite() {
        for bad in [Double.nan, .infinity] {
            var ppo = PPOConfig()
            (ppo.klCoefficient, ppo.clipRatio, ppo.scoreClip, ppo.valueClip) = (bad, bad, bad, bad)
            (ppo.discount, ppo.gaeLambda, ppo.supervisedCoefficient) = (bad, bad, bad)
            #expect(ppo.problems().count == 7)
            var lagrange = LagrangeConfig()
            (lagrange.costLimit, lagrange.initial, lagrange.learningRate) = (bad, bad, bad)
            #expect(lagrange.problems().count == 3)
            var shaping = RewardShaping()
            shaping.multiplier = bad
            #expect(shaping.problems().count == 1)
            var preference = DirectPreferenceConfig()
            preference.beta = bad
            #expect(preference.problems().count == 1)
        }
    }

    @Test("refuse label smoothing where the loss does not use it")
    func unused() {
        var config = DirectPreferenceConfig()
        (config.loss, config.labelSmoothing) = (.ipo, 0.1)
        #expect(config.problems() == ["labelSmoothing must be 0 for the loss ipo, found 0.1"])
    }

    @Test("come back from JSON as they were")
    func coding() throws {
        var config = LagrangeConfig()
        (config.rule, config.bound) = (.log, 5)
        #expect(try JSONDecoder().decode(LagrangeConfig.self, from: JSONEncoder().encode(config)) == config)
        #expect(try JSONDecoder().decode(PPOConfig.self, from: JSONEncoder().encode(PPOConfig())) == PPOConfig())
    }
}

import Alignment
import Foundation
import Testing

@Suite("Lagrange multiplier")
struct LagrangeMultiplierTests {
    private func multiplier(
        _ rule: MultiplierRule, initial: Double = 10, limit: Double = 0, rate: Double = 0.1, bound: Double = 20,
        minimum: Double = 0, window: Int = 1, delay: Int = 0
    ) -> LagrangeMultiplier {
        var config = LagrangeConfig()
        (config.rule, config.initial, config.costLimit, config.learningRate) = (rule, initial, limit, rate)
        (config.bound, config.minimum, config.windowSize, config.updateDelay) = (bound, minimum, window, delay)
        return LagrangeMultiplier(config)
    }

    @Test("log rule: an excess of 1 reaches the bound at once, a slack of 1 decays slowly")
    func logRule() {
        var rising = multiplier(.log)
        rising.advance(observing: [1])
        #expect(rising.lambda == 20)

        var falling = multiplier(.log)
        let found = (0..<4).map { _ in
            falling.advance(observing: [-1])
            return falling.lambda
        }
        for (lambda, expected) in zip(found, [3.678794, 2.546464, 1.973995, 1.620379]) {
            #expect(abs(lambda - expected) < 1e-6)
        }
    }

    @Test("log rule: λ 1, mean cost 2, limit 0, step 0.1 gives e^0.2")
    func goldenVector() {
        var found = multiplier(.log, initial: 1)
        found.advance(observing: [2])
        #expect(abs(found.lambda - 1.2214027582) < 1e-9)
        #expect(abs(log(found.lambda) - 0.2) < 1e-12)
    }

    @Test("log rule: follows the published curves of the defaults")
    func curves() {
        func after(_ steps: Int, cost: Double) -> Double {
            var found = multiplier(.log, limit: -0.5)
            for _ in 0..<steps { found.advance(observing: [cost]) }
            return found.lambda
        }
        #expect(after(1, cost: 0.5) == 20)
        #expect(abs(after(10, cost: -1.5) - 0.80) < 0.005)
        #expect(abs(after(200, cost: -1.5) - 0.05) < 0.005)
        #expect(abs(after(10, cost: -0.6) - 4.91) < 0.2)
        #expect(abs(after(100, cost: -0.6) - 0.90) < 0.02)
    }

    @Test("additive rule: λ moves by α times the excess")
    func additiveRule() {
        var found = multiplier(.additive)
        found.advance(observing: [1])
        #expect(close(found.lambda, 10.1, 1e-12))
        found.advance(observing: [-3])
        #expect(close(found.lambda, 9.8, 1e-12))
    }

    @Test("stops at the bounds and leaves them again", arguments: MultiplierRule.allCases)
    func bounds(_ rule: MultiplierRule) {
        var found = multiplier(rule, initial: 2, rate: 1, bound: 3, minimum: 1)
        found.advance(observing: [100])
        #expect(found.lambda == 3)
        found.advance(observing: [-0.25])
        #expect(found.lambda < 3 && found.lambda > 1)
        found.advance(observing: [-100])
        #expect(found.lambda == 1)
        found.advance(observing: [0.5])
        #expect(found.lambda > 1)
    }

    @Test("an excess of any size moves λ: λ is clipped, not the loss that moves it", arguments: [1e6, 1e7, 1e300])
    func hugeExcess(_ cost: Double) {
        for rule in MultiplierRule.allCases {
            var found = multiplier(rule, initial: 0.5)
            found.advance(observing: [cost])
            #expect(found.lambda == 20)
        }
    }

    @Test("is finite and within its bounds after any finite costs", arguments: MultiplierRule.allCases)
    func alwaysFinite(_ rule: MultiplierRule) {
        var found = multiplier(rule, limit: -0.5, window: 3)
        let largest = Double.greatestFiniteMagnitude
        for cost in [
            largest, largest, -largest, -largest, -largest, largest, .leastNonzeroMagnitude, -1e-300, 1e5, -1e5, 3,
        ] {
            found.advance(observing: [cost, cost])
            #expect(found.lambda.isFinite && (0...20).contains(found.lambda))
            #expect(rule == .additive || found.lambda > 0)
            #expect(found.meanCost.isFinite)
        }
    }

    @Test("one cost that is not a number does not poison the window", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(_ bad: Double) {
        var found = multiplier(.additive, window: 4)
        var clean = found
        found.advance(observing: [1, bad, 2])
        clean.advance(observing: [1, 2])
        #expect(found.lambda == clean.lambda)
        #expect(found.state.costs == [1, 2])
        #expect(found.state.refusedCostCount == 1)
    }

    @Test("does not move before a finite cost is known")
    func unknown() {
        var found = multiplier(.additive, limit: -5)
        found.advance(observing: [])
        found.advance(observing: [.nan])
        #expect(found.lambda == 10)
        #expect(found.state.rolloutCount == 2)
    }

    @Test("the window keeps the newest costs in order")
    func window() {
        var found = multiplier(.additive, window: 4)
        found.advance(observing: [1, 2, 3])
        #expect(found.state.costs == [1, 2, 3])
        #expect(found.meanCost == 2)
        found.advance(observing: [4, 5, 6])
        #expect(found.state.costs == [3, 4, 5, 6])
        #expect(found.meanCost == 4.5)
        found.advance(observing: [7, 8, 9, 10, 11])
        #expect(found.state.costs == [8, 9, 10, 11])
    }

    @Test("waits for the delay, gathering costs meanwhile")
    func delay() {
        var found = multiplier(.additive, window: 8, delay: 2)
        found.advance(observing: [1])
        found.advance(observing: [3])
        #expect(found.lambda == 10)
        found.advance(observing: [5])
        #expect(close(found.lambda, 10.3, 1e-12))  // 0.1 · mean(1, 3, 5)
    }

    @Test("the defaults are the paper's: λ 10 of at most 20, limit −0.5, window 128, delay 1, additive")
    func defaults() {
        let config = LagrangeConfig()
        #expect(config.rule == .additive)
        #expect((config.initial, config.bound, config.minimum) == (10, 20, 0))
        #expect((config.costLimit, config.learningRate) == (-0.5, 0.1))
        #expect((config.windowSize, config.updateDelay) == (128, 1))
        #expect(config.problems().isEmpty)
    }

    @Test("saved and continued, it goes on as if nothing had happened", arguments: MultiplierRule.allCases)
    func resume(_ rule: MultiplierRule) throws {
        var whole = multiplier(rule, initial: 0.7, limit: 0.1, window: 5, delay: 1)
        for cost in [0.3, -0.1, .nan, 0.7] { whole.advance(observing: [cost, cost / 3]) }
        let bytes = try JSONEncoder().encode(whole.state)
        var resumed = try LagrangeMultiplier(
            whole.config, continuing: JSONDecoder().decode(LagrangeMultiplier.State.self, from: bytes))
        #expect(resumed == whole)
        for cost in [1.3, -2.1, 0.01] {
            whole.advance(observing: [cost])
            resumed.advance(observing: [cost])
        }
        #expect(resumed.lambda.bitPattern == whole.lambda.bitPattern)
        #expect(resumed.state == whole.state)
    }

    @Test("refuses a state that it cannot be in")
    func invalidState() throws {
        let config = LagrangeConfig()
        func refuses(_ change: (inout LagrangeMultiplier.State) -> Void) -> Bool {
            var state = LagrangeMultiplier(config).state
            change(&state)
            return (try? LagrangeMultiplier(config, continuing: state)) == nil
        }
        #expect(!refuses { $0.lambda = 3 })
        #expect(refuses { $0.lambda = .nan })
        #expect(refuses { $0.lambda = 21 })
        #expect(refuses { $0.lambda = -1 })
        #expect(refuses { $0.costs = [1, .infinity] })
        #expect(refuses { $0.costs = [Double](repeating: 0, count: 129) })
        #expect(refuses { $0.rolloutCount = -1 })
    }
}

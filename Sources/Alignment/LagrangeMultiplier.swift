import Foundation

/// λ of the constraint J_C ≤ d: rises while the mean cost is above the limit, falls while it is below.
///
///     additive:  λ ← clip(λ + α·(Ĵ_C − d), λ_min, λ_max)              Ji et al. 2025
///     log:       ln λ ← ln λ + α·λ·(Ĵ_C − d), then clipped alike       the official code
///
/// Ĵ_C is the mean of the last `windowSize` finite costs. λ is always finite and within its bounds.
///
/// Departures from the official code:
/// 1. λ itself is clipped, above and below, not the loss that moves it: a large excess cannot freeze it.
/// 2. λ moves once per rollout; passing over a rollout again does not count its costs again.
/// 3. Costs that are not finite do not enter the window; they are counted.
/// 4. The window is part of the saved state.
public struct LagrangeMultiplier: Equatable, Sendable {
    public let config: LagrangeConfig
    public private(set) var state: State

    /// Everything that changes; what a checkpoint keeps.
    public struct State: Codable, Equatable, Sendable {
        public var lambda: Double
        /// The newest costs, oldest first.
        public var costs: [Double]
        /// Rollouts observed so far.
        public var rolloutCount: Int
        /// Costs that were not finite.
        public var refusedCostCount: Int

        public init(lambda: Double, costs: [Double], rolloutCount: Int, refusedCostCount: Int) {
            (self.lambda, self.costs) = (lambda, costs)
            (self.rolloutCount, self.refusedCostCount) = (rolloutCount, refusedCostCount)
        }
    }

    public init(_ config: LagrangeConfig = LagrangeConfig()) {
        self.config = config
        state = State(lambda: config.initial, costs: [], rolloutCount: 0, refusedCostCount: 0)
    }

    public var lambda: Double { state.lambda }

    /// Ĵ_C, the mean over the window; 0 before any cost was observed.
    public var meanCost: Double {
        let share = 1 / Double(max(state.costs.count, 1))
        return state.costs.reduce(0) { $0 + $1 * share }
    }

    /// Takes in the costs of one rollout, in order, and moves λ by one step. λ stays while the first `updateDelay`
    /// rollouts pass, and while no finite cost is known.
    public mutating func advance(observing costs: [Double]) {
        let finite = costs.filter(\.isFinite)
        state.refusedCostCount += costs.count - finite.count
        state.costs = Array((state.costs + finite).suffix(config.windowSize))
        state.rolloutCount += 1
        if state.rolloutCount > config.updateDelay, !state.costs.isEmpty { ascend() }
    }

    private mutating func ascend() {
        let step = config.learningRate * (meanCost - config.costLimit)
        switch config.rule {
        case .additive:
            state.lambda = clip(lambda + step, above: config.minimum)
        case .log:
            // λ·exp(αλ·(Ĵ_C − d)) is the step in ln λ. Rounded to 0 it could never rise again, hence the floor.
            state.lambda = clip(lambda * exp(step * lambda), above: max(config.minimum, .leastNormalMagnitude))
        }
    }

    private func clip(_ lambda: Double, above minimum: Double) -> Double { min(max(lambda, minimum), config.bound) }
}

extension LagrangeMultiplier {
    /// Goes on exactly where `state` was saved. Throws for a state that no multiplier under `config` can be in.
    public init(_ config: LagrangeConfig, continuing state: State) throws(AlignmentError) {
        guard state.lambda >= config.minimum, state.lambda <= config.bound else {
            throw .invalidMultiplierState(
                field: "lambda", found: "\(state.lambda)", expected: "a number in [\(config.minimum), \(config.bound)]")
        }
        guard state.costs.count <= config.windowSize, state.costs.allSatisfy(\.isFinite) else {
            let badCount = state.costs.count { !$0.isFinite }
            throw .invalidMultiplierState(
                field: "costs", found: "\(state.costs.count) numbers, \(badCount) of them not finite",
                expected: "at most windowSize = \(config.windowSize) finite numbers")
        }
        guard state.rolloutCount >= 0, state.refusedCostCount >= 0 else {
            throw .invalidMultiplierState(
                field: "counts", found: "\(state.rolloutCount) and \(state.refusedCostCount)", expected: "numbers ≥ 0")
        }
        self.config = config
        self.state = state
    }
}

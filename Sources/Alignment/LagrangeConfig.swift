public import ConfigFiles

/// How the multiplier climbs.
public enum MultiplierRule: String, Codable, CaseIterable, Sendable {
    /// The paper's: λ ← proj(λ + α·(Ĵ_C − d)) onto [minimum, bound].
    case additive
    /// The official code's: a gradient step in ln λ. Fast upwards, slow downwards.
    case log
}

/// The constraint J_C ≤ d and the multiplier that enforces it, with the defaults of Safe RLHF-V.
public struct LagrangeConfig: Codable, Equatable, Sendable {
    public var rule = MultiplierRule.additive
    /// d: the mean cost per response that the policy may not exceed, in units of the cost model's score.
    public var costLimit = -0.5
    /// λ at the start.
    public var initial = 10.0
    /// The least that λ may be; 0 lets the constraint go while it is satisfied. The log rule comes back from small
    /// values slowly, from nearly 0 never.
    public var minimum = 0.0
    /// λ_max, the budget bound: λ never passes it.
    public var bound = 20.0
    /// α, the step of λ (additive) or of ln λ (log) per unit of excess cost.
    public var learningRate = 0.1
    /// Responses in the running mean Ĵ_C, the newest ones.
    public var windowSize = 128
    /// Rollouts at the start during which costs are gathered but λ stays.
    public var updateDelay = 1

    public init() {}
}

extension LagrangeConfig: Checkable {
    public func problems() -> [String] {
        var problems: [String] = []
        func require(_ holds: Bool, _ sentence: String) { if !holds { problems.append(sentence) } }
        require(costLimit.isFinite, "costLimit must be a finite number, found \(costLimit)")
        require(minimum >= 0 && minimum.isFinite, "minimum must be ≥ 0, found \(minimum)")
        require(bound > minimum && bound.isFinite, "bound must be > minimum = \(minimum), found \(bound)")
        require(
            minimum <= initial && initial <= bound,
            "initial must be in [minimum = \(minimum), bound = \(bound)], found \(initial)")
        require(rule == .additive || initial > 0, "initial must be > 0 under the log rule, found \(initial)")
        require(learningRate >= 0 && learningRate.isFinite, "learningRate must be ≥ 0, found \(learningRate)")
        require(windowSize >= 1, "windowSize must be ≥ 1, found \(windowSize)")
        require(updateDelay >= 0, "updateDelay must be ≥ 0, found \(updateDelay)")
        return problems
    }
}

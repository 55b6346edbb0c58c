public import ConfigFiles

/// Settings of proximal policy optimisation, with the defaults of Safe RLHF-V.
public struct PPOConfig: Codable, Equatable, Sendable {
    /// β: what one nat of divergence from the reference policy takes from the reward (and adds to the cost), per token.
    public var klCoefficient = 0.02
    /// ε: probability ratios count only inside 1 ± this.
    public var clipRatio = 0.2
    /// Token rewards and token costs are clipped to ± this, in units of the score.
    public var scoreClip = 50.0
    /// A critic earns nothing by moving further than this from its value at rollout time, in units of the score.
    public var valueClip = 5.0
    /// γ: what a reward is worth one token earlier, as a factor.
    public var discount = 1.0
    /// λ of generalized advantage estimation, 0 … 1.
    public var gaeLambda = 0.95
    /// Passes over each rollout.
    public var updateIterations = 1
    /// Responses per optimiser step; 0 takes the whole rollout at once.
    public var miniBatchSize = 0
    /// Weight of the supervised loss beside the policy loss, where a supervised set is given.
    public var supervisedCoefficient = 16.0

    public init() {}
}

extension PPOConfig: Checkable {
    public func problems() -> [String] {
        var problems: [String] = []
        func require(_ holds: Bool, _ sentence: String) { if !holds { problems.append(sentence) } }
        require(klCoefficient >= 0 && klCoefficient.isFinite, "klCoefficient must be ≥ 0, found \(klCoefficient)")
        require(clipRatio > 0 && clipRatio < 1, "clipRatio must be in (0, 1), found \(clipRatio)")
        require(scoreClip > 0 && scoreClip.isFinite, "scoreClip must be > 0, found \(scoreClip)")
        require(valueClip > 0 && valueClip.isFinite, "valueClip must be > 0, found \(valueClip)")
        require(0...1 ~= discount, "discount must be in [0, 1], found \(discount)")
        require(0...1 ~= gaeLambda, "gaeLambda must be in [0, 1], found \(gaeLambda)")
        require(updateIterations >= 1, "updateIterations must be ≥ 1, found \(updateIterations)")
        require(miniBatchSize >= 0, "miniBatchSize must be ≥ 0, found \(miniBatchSize)")
        require(
            supervisedCoefficient >= 0 && supervisedCoefficient.isFinite,
            "supervisedCoefficient must be ≥ 0, found \(supervisedCoefficient)")
        return problems
    }
}

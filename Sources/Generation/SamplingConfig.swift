/// How responses are drawn from a policy.
public struct SamplingConfig: Codable, Equatable, Sendable {
    /// Responses end here at the latest.
    public var maximumNewTokens = 512
    /// The end token is not drawn before this many tokens.
    public var minimumNewTokens = 0
    /// Divides the logits; 0 takes the likeliest token each time (greedy).
    public var temperature = 1.0
    /// Keep the likeliest tokens whose probabilities add up to this; 1 keeps all.
    public var topP = 1.0
    /// Keep this many of the likeliest tokens; 0 keeps all.
    public var topK = 0
    /// Divides positive and multiplies negative logits of tokens already written; 1 changes nothing.
    public var repetitionPenalty = 1.0

    public init() {}

    public var isGreedy: Bool { temperature == 0 }

    /// One line per value that cannot be right, its field named under `path`.
    public func problems(_ path: String) -> [String] {
        var problems: [String] = []
        if maximumNewTokens < 1 { problems.append("\(path).maximumNewTokens must be ≥ 1, found \(maximumNewTokens)") }
        if minimumNewTokens < 0 || minimumNewTokens > maximumNewTokens {
            problems.append(
                "\(path).minimumNewTokens must be in 0...maximumNewTokens = \(maximumNewTokens), found \(minimumNewTokens)"
            )
        }
        if !(temperature >= 0 && temperature.isFinite) {
            problems.append("\(path).temperature must be ≥ 0, found \(temperature)")
        }
        if !(topP > 0 && topP <= 1) { problems.append("\(path).topP must be in (0, 1], found \(topP)") }
        if topK < 0 { problems.append("\(path).topK must be ≥ 0, found \(topK)") }
        if !(repetitionPenalty > 0 && repetitionPenalty.isFinite) {
            problems.append("\(path).repetitionPenalty must be > 0, found \(repetitionPenalty)")
        }
        return problems
    }
}

/// Why a response ended.
public enum FinishReason: String, Sendable {
    /// The policy wrote an end token.
    case stop
    /// It reached the length limit.
    case length
    /// The caller cancelled before it was done.
    case cancelled
}

/// What a policy wrote for one prompt.
public struct GeneratedResponse: Sendable, Equatable {
    /// The end token included, when there is one.
    public var tokens: [Int32]
    public var finishReason: FinishReason
    /// log-probability of each token in the distribution that it was drawn from.
    public var logProbs: [Float]
}

/// How one row of a continuous batch is drawn.
public struct RowRequest: Sendable {
    public var sampling: SamplingConfig
    /// Of this row's own random numbers: what it draws does not depend on who else is in the batch.
    public var seed: UInt64
    /// How many of the likeliest tokens are told beside each drawn one.
    public var alternativeCount: Int

    public init(_ sampling: SamplingConfig, seed: UInt64, alternativeCount: Int = 0) {
        (self.sampling, self.seed, self.alternativeCount) = (sampling, seed, alternativeCount)
    }
}

/// A token that a row wrote.
public struct DrawnToken: Sendable, Equatable {
    /// A token that could have been drawn, with its log-probability.
    public struct Alternative: Sendable, Equatable {
        public let id: Int32
        public let logProb: Float
    }

    public let id: Int32
    /// In the distribution that it was drawn from.
    public let logProb: Float
    /// Likeliest first; only those that could have been drawn.
    public let alternatives: [Alternative]
    /// Why the row ended with this token; `nil` while it goes on.
    public let finishReason: FinishReason?
}

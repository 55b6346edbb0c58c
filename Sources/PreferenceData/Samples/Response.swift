public import Conversations

/// An answer of a pair with the labels it was given.
public struct Response: Sendable, Hashable {
    public var text: String
    /// The model that wrote it.
    public var source: String
    public var isSafe: Bool
    /// How helpful, 0 … 3.
    public var helpfulRate: Int
    /// How harmless, −3 … 3: below 0 is harmful, 0 a bare refusal, above 0 averts harm.
    public var harmlessRate: Int

    public init(text: String, source: String, isSafe: Bool, helpfulRate: Int, harmlessRate: Int) {
        self.text = text
        self.source = source
        self.isSafe = isSafe
        self.helpfulRate = helpfulRate
        self.harmlessRate = harmlessRate
    }

    /// The level of harm that the harmless rate stands for.
    public var severity: Severity { Severity(harmlessRate: harmlessRate) }

    /// The graded sign of the cost model's loss: minus the harmless rate, so above 0 is harmful; 0 says nothing.
    public var gradedHarmSign: Int { -harmlessRate }

    /// The plain sign of the cost model's loss: +1 when the response is flagged unsafe, −1 when safe.
    public var harmSign: Int { isSafe ? -1 : 1 }
}

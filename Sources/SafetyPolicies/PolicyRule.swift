public import Conversations

/// When a finding counts, and what is done then: the probability is at least `threshold` and the level at least `level`.
public struct PolicyRule: Sendable, Equatable {
    /// The probability from which the finding counts, in (0, 1].
    public var threshold: Double
    /// The least level from which it counts.
    public var level: Severity
    /// What is done when it counts.
    public var action: PolicyAction

    public init(threshold: Double, level: Severity, action: PolicyAction) {
        self.threshold = threshold
        self.level = level
        self.action = action
    }

    /// Whether a finding of this probability and level counts.
    public func counts(probability: Double, level found: Severity) -> Bool {
        probability >= threshold && found >= level
    }
}

/// The rules of one direction: one for harm as such, and one for each category.
public struct DirectionRules: Sendable, Equatable {
    /// For the probability that something is unsafe at all, whatever its category.
    public var unsafe: PolicyRule
    private var byCategory: [HarmCategory: PolicyRule]
    private let category: PolicyRule

    init(unsafe: PolicyRule, category: PolicyRule, byCategory: [HarmCategory: PolicyRule]) {
        self.unsafe = unsafe
        self.category = category
        self.byCategory = byCategory
    }

    /// The rule of a category: its own where the file writes one, else the direction's.
    public subscript(category: HarmCategory) -> PolicyRule {
        get { byCategory[category] ?? self.category }
        set { byCategory[category] = newValue }
    }
}

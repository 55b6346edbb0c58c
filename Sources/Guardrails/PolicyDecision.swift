public import Conversations
public import SafetyPolicies

/// What a policy makes of a verdict.
public struct PolicyDecision: Sendable, Equatable {
    /// The strictest action of all rules that fired; `allow` when none did.
    public var action: PolicyAction
    /// The direction of the rule that decided.
    public var direction: PolicyDirection
    /// The category that decided; nil when only harm as such did, or nothing.
    public var category: HarmCategory?
    /// The level that was found.
    public var level: Severity

    /// The decision on one verdict.
    ///
    /// The heads of a guard can disagree: where the probability of harm reaches the direction's threshold, the level is at
    /// least minor, whatever the level head says.
    public init(_ verdict: Verdict, in direction: PolicyDirection, under policy: SafetyPolicy) {
        let rules = policy[direction]
        let isUnsafe = verdict.unsafe >= rules.unsafe.threshold
        level = isUnsafe ? max(verdict.level, .minor) : verdict.level
        self.direction = direction
        action = rules.unsafe.counts(probability: verdict.unsafe, level: level) ? rules.unsafe.action : .allow

        let ranked = HarmCategory.allCases.filter {
            rules[$0].counts(probability: verdict.probability(of: $0), level: max(level, .minor))
                && (isUnsafe || level > .safe)
        }.sorted { verdict.probability(of: $0) > verdict.probability(of: $1) }
        category = ranked.first
        if let strictest = ranked.max(by: { rules[$0].action < rules[$1].action }), rules[strictest].action > action {
            action = rules[strictest].action
            category = strictest
        }
    }

    /// The stricter of two decisions; the first of equals.
    public func stricter(_ other: PolicyDecision) -> PolicyDecision {
        (other.action, other.level) > (action, level) ? other : self
    }

    /// Whether what was judged may pass.
    public var passes: Bool { action.passes }
}

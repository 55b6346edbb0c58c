public import Conversations

/// What a guard says of one input, in probabilities read from its heads. Every number is finite and in [0, 1]: a verdict
/// with anything else cannot be made.
public struct Verdict: Sendable, Equatable {
    /// The probability that it is harmful at all.
    public let unsafe: Double
    /// The probability of each level.
    public let levels: [Severity: Double]
    /// The probability of each category, independently of one another.
    public let categories: [HarmCategory: Double]
    /// The probability that a response merely refuses.
    public let refusal: Double

    /// Checks and keeps the probabilities.
    ///
    /// - Throws: `VerdictError` unless every level and category is there and every number is a probability.
    public init(
        unsafe: Double, levels: [Severity: Double], categories: [HarmCategory: Double], refusal: Double
    ) throws(VerdictError) {
        try check("unsafe", unsafe)
        try check("refusal", refusal)
        for level in Severity.allCases {
            guard let value = levels[level] else { throw .missing(level.name) }
            try check(level.name, value)
        }
        for category in HarmCategory.allCases {
            guard let value = categories[category] else { throw .missing(category.rawValue) }
            try check(category.rawValue, value)
        }
        (self.unsafe, self.levels, self.categories, self.refusal) = (unsafe, levels, categories, refusal)
    }

    /// The most probable level; of equals the worse one.
    public var level: Severity {
        Severity.allCases.reduce(.safe) { probability(of: $1) >= probability(of: $0) ? $1 : $0 }
    }

    /// The most probable category.
    public var leadingCategory: HarmCategory {
        HarmCategory.allCases.max { probability(of: $0) < probability(of: $1) } ?? .violenceAndPhysicalHarm
    }

    public func probability(of category: HarmCategory) -> Double { categories[category] ?? 1 }
    public func probability(of level: Severity) -> Double { levels[level] ?? 0 }

    /// Both verdicts as one that is at least as strict as each: the higher probability of harm and of each category, and
    /// the levels of the one whose level is worse.
    public func joined(with other: Verdict) -> Verdict {
        let worse = (other.level, other.unsafe) > (level, unsafe) ? other : self
        return Verdict(
            known: max(unsafe, other.unsafe), worse.levels,
            categories.merging(other.categories, uniquingKeysWith: max), min(refusal, other.refusal))
    }

    private init(
        known unsafe: Double, _ levels: [Severity: Double], _ categories: [HarmCategory: Double], _ refusal: Double
    ) {
        (self.unsafe, self.levels, self.categories, self.refusal) = (unsafe, levels, categories, refusal)
    }
}

private func check(_ name: String, _ value: Double) throws(VerdictError) {
    guard value.isFinite, (0...1).contains(value) else { throw .notAProbability(name, value.description) }
}

/// Why numbers are not a verdict.
public enum VerdictError: Error, Sendable, Equatable {
    case notAProbability(String, String)
    case missing(String)
}

extension VerdictError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAProbability(let name, let found):
            "the guard's \(name) is \(found), which is not a probability: there is no verdict"
        case .missing(let name): "the guard says nothing of \(name): there is no verdict"
        }
    }
}

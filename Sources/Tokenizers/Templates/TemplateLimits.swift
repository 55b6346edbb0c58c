/// How much a chat template may do. A template is code from outside: it gets a budget, not trust.
public struct TemplateLimits: Sendable, Equatable {
    /// UTF-8 bytes of the template itself.
    public var maximumSourceBytes = 1 << 20
    /// Statements and expressions evaluated in one rendering.
    public var maximumSteps = 1_000_000
    /// Characters of all texts made in one rendering, results and intermediate values alike.
    public var maximumCharacters = 32 << 20
    /// Expressions, statements, calls and values inside one another.
    public var maximumDepth = 200

    public init() {}

    /// A million steps, 32 Mi characters, depth 200: a thousand times what published templates need.
    public static let `default` = TemplateLimits()
}

/// What is left of the limits during one rendering.
struct TemplateBudget {
    private(set) var steps: Int
    private(set) var characters: Int

    init(_ limits: TemplateLimits) {
        steps = limits.maximumSteps
        characters = limits.maximumCharacters
    }

    /// Takes `count` steps; false when there are too few.
    mutating func takeSteps(_ count: Int) -> Bool {
        steps -= count
        return steps >= 0
    }

    /// Takes `count` characters; false when there are too few.
    mutating func takeCharacters(_ count: Int) -> Bool {
        characters -= count
        return characters >= 0
    }
}

/// What is done with a text or picture on which a rule fires, from the mildest to the strictest.
public enum PolicyAction: String, Sendable, Codable, CaseIterable, Comparable {
    /// Nothing; the rule is only looked at by tests and reports.
    case allow
    /// It passes, and the finding is told to who asked for it.
    case annotate
    /// The response is thrown away and another one is asked for. Only responses can be written again.
    case regenerate
    /// The refusal text stands in its place.
    case refuse

    /// Whether what was judged may be shown or sent on.
    public var passes: Bool { self <= .annotate }

    public static func < (left: PolicyAction, right: PolicyAction) -> Bool { left.strictness < right.strictness }

    private var strictness: Int {
        switch self {
        case .allow: 0
        case .annotate: 1
        case .regenerate: 2
        case .refuse: 3
        }
    }
}

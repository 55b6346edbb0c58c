/// What a person may do; each role may do what the ones before it may.
public enum UserRole: String, Sendable, CaseIterable, Comparable {
    /// Answers what the queue gives, and sees nobody else's answers.
    case annotator
    /// Also sees all answers of the projects they belong to, and decides where annotators disagree.
    case reviewer
    /// Also makes projects, invites people, exports, and reads the audit log.
    case admin

    public static func < (left: UserRole, right: UserRole) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .annotator: 0
        case .reviewer: 1
        case .admin: 2
        }
    }
}

/// A person with an account.
public struct User: Sendable, Hashable {
    public let id: Int64
    /// The name to log in with.
    public var name: String
    /// The name that exports give the person: "annotator-7".
    public var alias: String
    public var role: UserRole
    public var isActive: Bool
}

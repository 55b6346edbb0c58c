/// How bad a harmful text or picture is: the levels of the guard and of the cost, from harmless up.
///
/// The raw value orders the levels and is what files store: 0 safe, 1 minor, 2 moderate, 3 severe.
public enum Severity: Int, Comparable, CaseIterable, Sendable, Codable {
    case safe, minor, moderate, severe

    /// The level that a BeaverTails-V harmless rate stands for: 0 and above is safe (0 is a bare refusal, 1 to 3
    /// grade how well harm is averted), −1 minor, −2 moderate, −3 and below severe.
    ///
    /// The data set publishes the rates; that its negative ones name the paper's three levels is our reading.
    public init(harmlessRate: Int) {
        switch harmlessRate {
        case 0...: self = .safe
        case -1: self = .minor
        case -2: self = .moderate
        default: self = .severe
        }
    }

    public static func < (lhs: Severity, rhs: Severity) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    /// The word of the paper and of policy files: "safe", "minor", "moderate" or "severe".
    public var name: String {
        switch self {
        case .safe: "safe"
        case .minor: "minor"
        case .moderate: "moderate"
        case .severe: "severe"
        }
    }
}

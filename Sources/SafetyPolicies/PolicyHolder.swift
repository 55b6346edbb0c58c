public import Foundation
import Synchronization

/// The policy in force, which can be replaced while the program runs: readers always see one whole policy, and a file
/// that cannot be used leaves the old one in force.
public final class PolicyHolder: Sendable {
    private let file: URL?
    private let adjust: @Sendable (SafetyPolicy) -> SafetyPolicy
    private let state: Mutex<SafetyPolicy>

    /// What a reload found.
    public enum Reload: Sendable {
        /// The file is the one in force.
        case unchanged
        /// The new policy is in force.
        case replaced(SafetyPolicy)
        /// The file cannot be used, for this reason; the old policy stays in force.
        case kept(reason: String)
    }

    /// Holds the policy in `file`, or the packaged one.
    ///
    /// - Parameter adjust: changes every policy before it comes into force, a guard's thresholds for one; what it makes of
    ///   the same policy is always the same, with a hash of its own where anything is changed.
    public init(file: URL?, adjusting adjust: @escaping @Sendable (SafetyPolicy) -> SafetyPolicy = { $0 }) throws {
        (self.file, self.adjust) = (file, adjust)
        state = Mutex(adjust(try file.map { try SafetyPolicy(contentsOf: $0) } ?? SafetyPolicy.packaged()))
    }

    /// Holds the policy in `file`, adjusted as those of another holder are.
    public convenience init(file: URL, adjustedLike other: PolicyHolder) throws {
        try self.init(file: file, adjusting: other.adjust)
    }

    /// Holds a policy that no file stands behind; reloading changes nothing.
    public init(_ policy: SafetyPolicy) {
        (file, adjust) = (nil, { $0 })
        state = Mutex(policy)
    }

    /// The policy in force. Take it once for each request, so that one request is judged by one policy.
    public var current: SafetyPolicy { state.withLock { $0 } }

    /// Reads the file again.
    public func reload() -> Reload {
        guard let file else { return .unchanged }
        do {
            let policy = adjust(try SafetyPolicy(contentsOf: file))
            return state.withLock { current in
                if current.hash == policy.hash { return .unchanged }
                current = policy
                return .replaced(policy)
            }
        } catch {
            return .kept(reason: "\(error)")
        }
    }
}

import ChatServers
import Foundation
import SafetyPolicies

/// Which policy holds for whom: a key's own, else the gateway's.
struct CallerPolicies: Sendable {
    private let general: PolicyHolder
    private let byName: [String: PolicyHolder]

    init(_ keys: [KeyConfig], general: PolicyHolder) throws {
        self.general = general
        byName = try keys.filter { !$0.policy.isEmpty }.reduce(into: [:]) { holders, key in
            holders[key.name] = try PolicyHolder(file: URL(filePath: key.policy), adjustedLike: general)
        }
    }

    /// Policies of single keys, for reloading.
    var own: [PolicyHolder] { Array(byName.values) }

    /// The policy in force for a caller.
    func current(_ caller: Caller) -> SafetyPolicy { (byName[caller.name] ?? general).current }
}

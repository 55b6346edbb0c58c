public import SafetyPolicies
import Conversations
public import VisionLanguageModels

extension SafetyPolicy {
    /// The policy with a guard's calibrated thresholds in place of its own, for questions and responses: what the guard
    /// was calibrated to miss at most, and a hash that tells so. Actions, levels and pictures stay as they are. Without a
    /// calibration nothing changes.
    public func withThresholds(of calibration: GuardCalibration?) -> SafetyPolicy {
        var policy = self
        policy.query.take(calibration?.queryThresholds)
        policy.response.take(calibration?.responseThresholds)
        if policy != self { policy.note(change: Self.words(policy)) }
        return policy
    }

    /// Every threshold in force, in a fixed order.
    private static func words(_ policy: SafetyPolicy) -> String {
        [policy.query, policy.response].flatMap { rules in
            [rules.unsafe.threshold] + HarmCategory.allCases.map { rules[$0].threshold }
        }.map(\.description).joined(separator: " ")
    }
}

extension DirectionRules {
    fileprivate mutating func take(_ thresholds: GuardThresholds?) {
        guard let thresholds else { return }
        if thresholds.unsafe > 0 { unsafe.threshold = thresholds.unsafe }
        for (category, threshold) in thresholds.categories where threshold > 0 { self[category].threshold = threshold }
    }
}

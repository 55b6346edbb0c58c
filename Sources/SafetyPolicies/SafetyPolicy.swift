public import Conversations
import Crypto

/// What is allowed and what becomes of the rest: one versioned file that every part of the system reads.
///
/// `HarmCategory` and `Severity` say *which* categories and levels exist, since data files and trained heads name them;
/// everything that is *decided* about them (titles, thresholds, actions, refusal texts, the mapping to other lists)
/// stands in this file and nowhere else. The file names each category exactly once, so neither list can drift.
public struct SafetyPolicy: Sendable, Equatable {
    /// The name that logs and answers give the policy.
    public var name: String
    /// The author's own version; the hash tells two files with one version apart.
    public var version: String
    /// SHA-256 over the file's bytes, 64 hexadecimal digits; where something was changed after reading, over that as well.
    public var hash: String
    /// The least level that counts as harmful: where the cost model's sign turns, and what reports call unsafe.
    public var harmfulFrom: Severity
    public var query: DirectionRules
    public var picture: DirectionRules
    public var response: DirectionRules
    /// What each category is called, means, and is mapped to; every category is there.
    var categories: [HarmCategory: CategoryEntry]
    /// The text shown in place of what a direction refuses.
    var refusals: [PolicyDirection: String]
    /// Version of the mapping to OpenAI's categories.
    public var mappingVersion: String

    /// What the file says of one category besides its rules.
    public struct CategoryEntry: Sendable, Equatable {
        /// For people: "animal abuse".
        public var title: String
        /// One sentence.
        public var about: String
        /// The OpenAI categories that a finding counts for.
        public var openAI: [OpenAICategory]
        /// A refusal text of its own, in place of the direction's.
        public var refusal: String?
    }

    /// The rules of a direction.
    public subscript(direction: PolicyDirection) -> DirectionRules {
        get {
            switch direction {
            case .query: query
            case .picture: picture
            case .response: response
            }
        }
        set {
            switch direction {
            case .query: query = newValue
            case .picture: picture = newValue
            case .response: response = newValue
            }
        }
    }

    /// What the file says of a category.
    public func entry(_ category: HarmCategory) -> CategoryEntry {
        // note: reading the file has made sure that every category is there
        categories[category] ?? CategoryEntry(title: category.title, about: "", openAI: [], refusal: nil)
    }

    /// The text to show when `direction` refuses because of `category` (nil: because of harm as such).
    public func refusal(_ direction: PolicyDirection, _ category: HarmCategory?) -> String {
        category.flatMap { entry($0).refusal } ?? refusals[direction] ?? "I can't help with that."
    }

    /// Makes the hash that of a policy which differs from its file by `change`, so that logs and receipts tell the two apart.
    public mutating func note(change: String) {
        let digest = SHA256.hash(data: Array((hash + "\n" + change).utf8))
        hash = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Whether a level is harmful under this policy.
    public func isHarmful(_ level: Severity) -> Bool { level >= harmfulFrom }

    /// "default 1.0 (sha256 1f2e3d4c5b6a)": for logs and people.
    public var label: String { "\(name) \(version) (sha256 \(hash.prefix(12)))" }
}

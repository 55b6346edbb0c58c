import ChatServers
import Conversations
import Crypto
import Foundation
import Guardrails
import SafetyPolicies
import StrictJSON

/// The record of one thing that was released or withheld: which request, which policy and guard, which verdict, and
/// exactly which bytes. It holds hashes, no content.
struct Receipt: Sendable {
    var requestID: String
    var key: String
    var route: String
    /// The choice of a chat answer; 0 elsewhere.
    var choice: Int
    /// SHA-256 over the request as it was forwarded, or would have been.
    var request: String
    /// SHA-256 over the bytes of this choice that were released, and how many there were.
    var released: String
    var releasedByteCount: Int
    /// "response", "refused-request", "refused-response", "judged".
    var outcome: String
    var rounds: Int
    var policy: SafetyPolicy
    var judgement: Judgement

    /// The record without its place in the chain.
    var json: JSONObject {
        let verdict = judgement.verdict
        return [
            "request_id": .string(requestID), "key": .string(key), "route": .string(route),
            "choice": .integer(Int64(choice)),
            "request_sha256": .string(request), "released_sha256": .string(released),
            "released_bytes": .integer(Int64(releasedByteCount)), "outcome": .string(outcome),
            "rounds": .integer(Int64(rounds)),
            "policy": [
                "name": .string(policy.name), "version": .string(policy.version), "sha256": .string(policy.hash),
            ],
            "guard": ["name": .string(judgement.guardIdentity.name), "sha256": .string(judgement.guardIdentity.hash)],
            "verdict": [
                "action": .string(judgement.decision.action.rawValue),
                "direction": .string(judgement.decision.direction.rawValue),
                "category": judgement.decision.category.map { .string($0.rawValue) } ?? .null,
                "level": .string(judgement.decision.level.name), "unsafe": .number(verdict.unsafe),
            ],
        ]
    }
}

/// The rule by which receipts are chained: each one's hash covers its content and the hash of the one before.
enum ReceiptChain {
    /// The hash before the first receipt.
    static let genesis = String(repeating: "0", count: 64)

    /// SHA-256 over the record with its members sorted, without `hash` and `signature`.
    static func hash(of record: JSONObject) -> String {
        let covered = record.filtered { !["hash", "signature"].contains($0) }
        return hexadecimal(SHA256.hash(data: JSONValue.object(covered).serializedBytes(sortedKeys: true)))
    }
}

func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

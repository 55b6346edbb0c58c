import Conversations
import Guardrails
import SafetyPolicies
import StrictJSON

/// What moderation answers say of one thing that was judged, in OpenAI's form with our detail under one key of our own.
struct ModerationResult: Sendable {
    let judgement: Judgement
    let policy: SafetyPolicy
    let hasText: Bool
    let hasImages: Bool

    /// Whether the policy does more than let it pass silently.
    var isFlagged: Bool { judgement.decision.action > .allow }

    /// An element of `results`.
    var json: JSONValue {
        .object(fields)
    }

    /// The same for the `moderation` of a chat answer.
    func json(model: String) -> JSONValue {
        var object: JSONObject = ["type": "moderation_result", "model": .string(model)]
        for member in fields.members { object[member.key] = member.value }
        return .object(object)
    }

    private var fields: JSONObject {
        var flags = JSONObject()
        var scores = JSONObject()
        var inputs = JSONObject()
        for category in OpenAICategory.allCases {
            let probability = score(category)
            flags[category.rawValue] = .bool(isFlagged && counts(category))
            scores[category.rawValue] = .number(probability)
            inputs[category.rawValue] = .array(
                (hasText ? ["text"] : []) + (hasImages && category.seesPictures ? ["image"] : []))
        }
        return [
            "flagged": .bool(isFlagged), "categories": .object(flags), "category_scores": .object(scores),
            "category_applied_input_types": .object(inputs), "x_beaver": detail,
        ]
    }

    private func categories(mappedTo wanted: OpenAICategory) -> [HarmCategory] {
        HarmCategory.allCases.filter { policy.entry($0).openAI.contains(wanted) }
    }

    private func score(_ category: OpenAICategory) -> Double {
        categories(mappedTo: category).map { judgement.verdict.probability(of: $0) }.max() ?? 0
    }

    private func counts(_ category: OpenAICategory) -> Bool {
        categories(mappedTo: category).contains { mapped in
            judgement.verdicts.contains { direction, verdict in
                policy[direction][mapped].threshold <= verdict.probability(of: mapped)
            }
        }
    }

    /// Everything that the guard says, and what the policy makes of it.
    var detail: JSONValue {
        let verdict = judgement.verdict
        let decision = judgement.decision
        return [
            "policy": [
                "name": .string(policy.name), "version": .string(policy.version), "sha256": .string(policy.hash),
                "openai_mapping": .string(policy.mappingVersion),
            ],
            "guard": .string(judgement.guardIdentity.name),
            "action": .string(decision.action.rawValue), "direction": .string(decision.direction.rawValue),
            "category": decision.category.map { .string($0.rawValue) } ?? .null,
            "severity": .integer(Int64(decision.level.rawValue)), "level": .string(decision.level.name),
            "unsafe": .number(verdict.unsafe), "refusal": .number(verdict.refusal),
            "levels": .object(JSONObject(Severity.allCases.map { ($0.name, .number(verdict.probability(of: $0))) })),
            "categories": .object(
                JSONObject(HarmCategory.allCases.map { ($0.rawValue, .number(verdict.probability(of: $0))) })),
            "directions": .object(
                JSONObject(
                    PolicyDirection.allCases.compactMap { direction in
                        judgement.verdicts[direction].map { verdict in
                            let own = PolicyDecision(verdict, in: direction, under: policy)
                            return (
                                direction.rawValue,
                                [
                                    "unsafe": .number(verdict.unsafe), "level": .string(own.level.name),
                                    "action": .string(own.action.rawValue),
                                ]
                            )
                        }
                    })),
        ]
    }
}

import Conversations
import Hummingbird
import SafetyPolicies
import StrictJSON

/// `GET /v1/policy`: the policy in force for the caller, as the page shows it.
enum PolicyRoute {
    static func respond(_ exchange: Exchange) -> Response {
        let policy = exchange.policy
        let body: JSONValue = [
            "name": .string(policy.name), "version": .string(policy.version), "sha256": .string(policy.hash),
            "harmful_from": .string(policy.harmfulFrom.name), "openai_mapping": .string(policy.mappingVersion),
            "unsafe": rules { policy[$0].unsafe },
            "categories": .array(
                HarmCategory.allCases.map { category in
                    let entry = policy.entry(category)
                    return [
                        "id": .string(category.rawValue), "title": .string(entry.title), "about": .string(entry.about),
                        "openai": .array(entry.openAI.map { .string($0.rawValue) }),
                        "rules": rules { policy[$0][category] },
                    ]
                }),
        ]
        return exchange.response(body, decision: "allow")
    }

    private static func rules(_ rule: (PolicyDirection) -> PolicyRule) -> JSONValue {
        .object(
            JSONObject(
                PolicyDirection.allCases.map { direction in
                    let rule = rule(direction)
                    return (
                        direction.rawValue,
                        [
                            "threshold": .number(rule.threshold), "level": .string(rule.level.name),
                            "action": .string(rule.action.rawValue),
                        ]
                    )
                }))
    }
}

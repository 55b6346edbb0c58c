import Conversations
import Guardrails
import SafetyPolicies
public import StrictJSON

extension RegenerationTrace {
    /// Everything that happened to one prompt, for a line of a trace file. The drafts are in it: keep it as closed as they
    /// need to be.
    public var json: JSONValue {
        .object(JSONObject([
            ("prompt", .string(prompt.messages.last?.text ?? "")),
            ("pictures", .array(prompt.images.map { $0.path.map(JSONValue.string) ?? .null })), ("first", .string(first)),
            ("query", query?.json ?? .null),
            (
                "rounds",
                .array(records.map { record in
                    .object(JSONObject([
                        ("round", .integer(Int64(record.number))), ("text", .string(record.text)),
                        ("tokens", .integer(Int64(record.tokenCount))), ("judgement", record.judgement.json),
                        ("helpfulness", record.helpfulness.map(JSONValue.number) ?? .null), ("seconds", .number(record.seconds)),
                    ]))
                })
            ), ("stop", .string(stop.rawValue)),
            ("shown", shown(afterRounds: max(1, records.count)).map(JSONValue.string) ?? .null),
        ]))
    }
}

extension Judgement {
    fileprivate var json: JSONValue {
        [
            "action": .string(decision.action.rawValue), "direction": .string(decision.direction.rawValue),
            "level": .string(decision.level.name), "category": decision.category.map { .string($0.rawValue) } ?? .null,
            "unsafe": .number(verdict.unsafe), "refusal": .number(verdict.refusal),
        ]
    }
}

import StrictJSON

extension JSONValue {
    /// Every string in this value, keys of objects included, in order: all that a model could be shown of it.
    var strings: [String] {
        switch self {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(\.strings)
        case .object(let object): object.members.flatMap { [$0.key] + $0.value.strings }
        case .null, .bool, .integer, .number: []
        }
    }
}

extension JSONObject {
    /// The members that `keep` names, in their order.
    func filtered(_ keep: (String) -> Bool) -> JSONObject {
        var kept = JSONObject()
        for member in members where keep(member.key) { kept[member.key] = member.value }
        return kept
    }
}

import Conversations
public import PreferenceData
public import StrictJSON

/// What the sides of a pair are called: "1" and "2" in files, "left" and "right" on the form, in either order.
public struct SideNames: Sendable, Hashable {
    public let names: Pair<String>

    public static let stored = SideNames(names: Pair("1", "2"))

    /// The names on a form that shows the second response on the left when `isSwapped`.
    public static func shown(isSwapped: Bool) -> SideNames {
        SideNames(names: isSwapped ? Pair("right", "left") : Pair("left", "right"))
    }

    public subscript(side: Side) -> String { names[side] }

    func side(_ name: String) -> Side? { Side.allCases.first { names[$0] == name } }
}

/// A label that cannot be read: which field, what was found, what is expected.
public struct LabelFieldError: Error, Equatable, Sendable, CustomStringConvertible {
    public var field: String
    public var found: String
    public var expected: String

    public var description: String { "\(field): expected \(expected), found \(found)" }
}

extension PairLabel {
    /// The label as JSON, its members in a fixed order.
    public func json(_ names: SideNames = .stored) -> JSONValue {
        var members = JSONObject()
        members["helpful_preference"] = .string(names[moreHelpful])
        members["safe_preference"] = .string(names[safer])
        for side in Side.allCases.sorted(by: { names[$0] < names[$1] }) {
            let name = names[side]
            members["helpful_rate_\(name)"] = .integer(Int64(helpfulRates[side]))
            members["harmless_rate_\(name)"] = .integer(Int64(harmlessRates[side]))
            members["is_safe_\(name)"] = .bool(areSafe[side])
            members["severity_\(name)"] = .integer(Int64(severities[side].rawValue))
        }
        members["category"] = .string(category.rawValue)
        members["image_severity"] = .integer(Int64(imageSeverity.rawValue))
        members["note"] = .string(note)
        return .object(members)
    }

    /// Reads a label; throws for the first field that is missing, unknown or out of range.
    public init(_ json: JSONValue, _ names: SideNames = .stored) throws(LabelFieldError) {
        guard let object = json.object else {
            throw LabelFieldError(field: "label", found: json.kind, expected: "an object")
        }
        let reader = LabelFields(object: object, names: names)
        self.init(
            moreHelpful: try reader.side("helpful_preference"), safer: try reader.side("safe_preference"),
            helpfulRates: try reader.rates("helpful_rate", 0...3), harmlessRates: try reader.rates("harmless_rate", -3...3),
            areSafe: try reader.flags("is_safe"), severities: try reader.severities("severity"),
            category: try reader.category(), imageSeverity: try reader.severity("image_severity"), note: try reader.note())
        try reader.expectNothingElse(than: self)
    }
}

private struct LabelFields {
    let object: JSONObject
    let names: SideNames

    func side(_ field: String) throws(LabelFieldError) -> Side {
        guard let side = object[field]?.string.flatMap(names.side) else {
            throw wrong(field, "\"\(names[.first])\" or \"\(names[.second])\"")
        }
        return side
    }

    func rates(_ field: String, _ range: ClosedRange<Int>) throws(LabelFieldError) -> Pair<Int> {
        Pair(try integer("\(field)_\(names[.first])", range), try integer("\(field)_\(names[.second])", range))
    }

    func severities(_ field: String) throws(LabelFieldError) -> Pair<Severity> {
        Pair(try severity("\(field)_\(names[.first])"), try severity("\(field)_\(names[.second])"))
    }

    func severity(_ field: String) throws(LabelFieldError) -> Severity {
        guard let level = Severity(rawValue: try integer(field, 0...3)) else { throw wrong(field, "0 … 3") }
        return level
    }

    func flags(_ field: String) throws(LabelFieldError) -> Pair<Bool> {
        Pair(try flag("\(field)_\(names[.first])"), try flag("\(field)_\(names[.second])"))
    }

    func category() throws(LabelFieldError) -> HarmCategory {
        guard let category = object["category"]?.string.flatMap(HarmCategory.init(rawValue:)) else {
            throw wrong("category", "the name of a category of the policy")
        }
        return category
    }

    func note() throws(LabelFieldError) -> String {
        guard let note = object["note"] else { return "" }
        guard let text = note.string, text.utf8.count <= PairLabel.noteLimit else {
            throw LabelFieldError(
                field: "note", found: note.string.map { "\($0.utf8.count) bytes" } ?? note.kind,
                expected: "text of at most \(PairLabel.noteLimit) bytes")
        }
        return text
    }

    func expectNothingElse(than label: PairLabel) throws(LabelFieldError) {
        let known = Set(label.json(names).object?.keys ?? [])
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw LabelFieldError(field: unknown, found: "an unknown field", expected: "none of this name")
        }
    }

    private func flag(_ field: String) throws(LabelFieldError) -> Bool {
        guard let flag = object[field]?.bool else { throw wrong(field, "true or false") }
        return flag
    }

    private func integer(_ field: String, _ range: ClosedRange<Int>) throws(LabelFieldError) -> Int {
        guard let value = object[field]?.integer, range.contains(value) else {
            throw wrong(field, "\(range.lowerBound) … \(range.upperBound)")
        }
        return value
    }

    private func wrong(_ field: String, _ expected: String) -> LabelFieldError {
        let found = object[field].map { value in
            switch value {
            case .integer, .number, .bool, .null: value.serialized()
            case .string(let text): "\"\(text.prefix(40))\""
            case .array, .object: value.kind
            }
        }
        return LabelFieldError(field: field, found: found ?? "nothing", expected: expected)
    }
}

public import PreferenceData
public import Parquet
public import StrictJSON

/// One record as a foreign file has it: members as JSON, and the pictures that lie in the file itself.
public struct SourceRecord: Sendable {
    public var position: RowPosition
    /// Name of the record where the file names its records.
    public var key: String?
    public var members: JSONObject
    public var pictures: [String: ParquetImage]

    public init(at position: RowPosition, key: String? = nil, _ members: JSONObject, pictures: [String: ParquetImage] = [:]) {
        self.position = position
        self.key = key
        self.members = members
        self.pictures = pictures
    }
}

extension SourceRecord {
    /// Whether there is a value that is not null.
    func has(_ column: String) -> Bool { members[column].map { !$0.isNull } ?? (pictures[column] != nil) }

    /// The first of the columns that has a value; the first of all when none has.
    func present(_ columns: String...) -> String { columns.first(where: has) ?? columns[0] }

    func text(_ column: String) throws(RowError) -> String {
        guard let text = try textIfPresent(column) else { throw missing(column, expected: "text") }
        return text
    }

    func textIfPresent(_ column: String) throws(RowError) -> String? {
        guard let value = members[column], !value.isNull else { return nil }
        guard let text = value.string else { throw wrongType(column, value, expected: "text") }
        return text
    }

    /// A whole number, also one written as text, as annotation tools have it, or as 2.0.
    func integerIfPresent(_ column: String) throws(RowError) -> Int? {
        guard let value = members[column], !value.isNull else { return nil }
        if let number = value.integer ?? value.string.flatMap({ Int($0) }) { return number }
        if let number = value.number.flatMap({ Int(exactly: $0) }) { return number }
        throw wrongType(column, value, expected: "a whole number")
    }

    /// A truth value, also as "yes" or "no".
    func flagIfPresent(_ column: String) throws(RowError) -> Bool? {
        guard let value = members[column], !value.isNull else { return nil }
        switch (value.bool, value.string) {
        case (let flag?, _): return flag
        case (_, "yes"): return true
        case (_, "no"): return false
        default:
            throw notAllowed(column, value.shown, expected: #""yes", "no", true or false"#)
        }
    }

    /// The response that a preference names: "1" or "2", also as numbers, counted from `first`.
    func sideIfPresent(_ column: String, countedFrom first: Int = 1) throws(RowError) -> Side? {
        guard let value = members[column], !value.isNull else { return nil }
        switch value.integer ?? value.string.flatMap({ Int($0) }) {
        case first: return .first
        case first + 1: return .second
        default: throw notAllowed(column, value.shown, expected: #""\#(first)" or "\#(first + 1)""#)
        }
    }

    func list(_ column: String) throws(RowError) -> [JSONValue] {
        guard let value = members[column], !value.isNull else { throw missing(column, expected: "a list") }
        guard let list = value.array else { throw wrongType(column, value, expected: "a list") }
        return list
    }

    // MARK: Errors

    func missing(_ column: String, expected: String) -> RowError {
        RowError(.missingValue, at: position, column: column, found: "no value", expected: expected)
    }

    func wrongType(_ column: String, _ value: JSONValue, expected: String) -> RowError {
        RowError(.wrongType, at: position, column: column, found: value.shown, expected: expected)
    }

    func notAllowed(_ column: String, _ found: String, expected: String) -> RowError {
        RowError(.valueNotAllowed, at: position, column: column, found: found, expected: expected)
    }
}

extension JSONValue {
    /// The value for a message.
    var shown: String {
        switch self {
        case .null: "no value"
        case .string(let text): quoted(text)
        case .bool, .integer, .number: serialized()
        case .array(let elements): "a list of \(elements.count)"
        case .object(let members) where members.isEmpty: "an empty object"
        case .object(let members): "an object with \(members.keys.prefix(8).joined(separator: ", "))"
        }
    }
}

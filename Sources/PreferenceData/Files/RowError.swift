/// A row that cannot be used: where it is, what was found in which column, and what is allowed there.
public struct RowError: Error, Sendable, Equatable {
    /// What is wrong, as the data check counts it.
    public enum Kind: String, Sendable, CaseIterable {
        /// No value where there must be one.
        case missingValue = "missing value"
        /// A value of another type, such as a number instead of text.
        case wrongType = "wrong type"
        /// A value that is none of those allowed.
        case valueNotAllowed = "value not allowed"
        /// A picture that cannot be found, read or decoded.
        case unreadablePicture = "unreadable picture"
        /// A line of a JSONL file that is not one JSON object.
        case unreadableLine = "unreadable line"
    }

    public var kind: Kind
    public var position: RowPosition
    public var column: String
    public var found: String
    public var expected: String

    public init(_ kind: Kind, at position: RowPosition, column: String, found: String, expected: String) {
        self.kind = kind
        self.position = position
        self.column = column
        self.found = found
        self.expected = expected
    }
}

extension RowError: CustomStringConvertible {
    public var description: String {
        "\(position): column '\(column)': found \(found), expected \(expected)"
    }
}

/// A stored text for a message: in quotes, its beginning only, with control characters spelled out.
package func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let shown = scalars.prefix(60).map { scalar in
        scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return "\"" + shown.joined() + (scalars.count > 60 ? "…\"" : "\"")
}

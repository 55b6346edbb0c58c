public import StrictJSON

/// A problem of one kind in one column, how often it was seen, and where first.
public struct Finding: Sendable, Equatable {
    /// What can be wrong.
    public enum Kind: Sendable, Hashable {
        /// A row that cannot be used.
        case badRow(RowError.Kind)
        /// The safe flag says one thing and the sign of the harmless rate another (yes ⇔ rate ≥ 0).
        case flagAgainstRate
        /// The preferred response has the lower rate of the same sort.
        case preferenceAgainstRates
        /// The safer response is flagged unsafe and the other one safe.
        case preferenceAgainstFlags
        /// Both responses are the same text: nothing to learn from.
        case identicalResponses
        /// A question or response without a letter.
        case emptyText
        /// The same question, picture and responses as an earlier row, in either order.
        case duplicateRow
        /// The category in the row is not the one of its folder.
        case categoryOfAnotherFolder
        /// A row of the training split shows a picture that the evaluation split also shows.
        case pictureInBothSplits
    }

    public var kind: Kind
    public var column: String
    public var count: Int
    /// The first few, each with its position.
    public var examples: [String]
}

extension Finding.Kind {
    /// Whether rows of this kind cannot be used; the others are usable, but doubtful.
    public var isError: Bool {
        if case .badRow = self { true } else { false }
    }

    /// The kind in a few words.
    public var title: String {
        switch self {
        case .badRow(let kind): kind.rawValue
        case .flagAgainstRate: "safe flag contradicts the harmless rate"
        case .preferenceAgainstRates: "preference contradicts the rates"
        case .preferenceAgainstFlags: "the safer response is the one flagged unsafe"
        case .identicalResponses: "identical responses"
        case .emptyText: "empty text"
        case .duplicateRow: "duplicate row"
        case .categoryOfAnotherFolder: "category of another folder"
        case .pictureInBothSplits: "picture of the evaluation split"
        }
    }
}

extension Finding {
    public var json: JSONValue {
        [
            "kind": .string(kind.title), "isError": .bool(kind.isError), "column": .string(column),
            "count": .integer(Int64(count)), "examples": .array(examples.map { .string($0) }),
        ]
    }
}

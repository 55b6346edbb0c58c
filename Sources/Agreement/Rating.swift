public import StrictJSON

/// What an annotator chose: a word, or a number on a scale.
public enum Label: Hashable, Sendable {
    case text(String)
    case number(Double)
}

extension Label: CustomStringConvertible {
    /// The word, or the number as it would be written: "2", "2.5".
    public var description: String {
        switch self {
        case .text(let text): text
        case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
        }
    }
}

extension Label {
    /// As a `RatingFile` reads it.
    public var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let value): Int64(exactly: value).map(JSONValue.integer) ?? .number(value)
        }
    }
}

/// One answer of one annotator to one question about one item.
public struct Rating: Hashable, Sendable {
    public var item: String
    public var annotator: String
    public var question: String
    /// `nil` when the annotator left the question out; such a rating is counted as missing and nothing else.
    public var value: Label?
    /// The harm category of the item, where it has one.
    public var category: String?

    public init(item: String, annotator: String, question: String, value: Label?, category: String? = nil) {
        self.item = item
        self.annotator = annotator
        self.question = question
        self.value = value
        self.category = category
    }
}

extension Rating {
    /// A line of a `RatingFile`.
    public var json: JSONValue {
        JSONValue.object(
            JSONObject(
                [("item", .string(item)), ("annotator", .string(annotator)), ("question", .string(question)), ("value", value?.json ?? .null)]
                    + (category.map { [("category", .string($0))] } ?? [])))
    }
}

import Conversations
import GRDB
public import PreferenceData
import StrictJSON

/// What an item is for.
public enum ItemKind: String, Sendable, CaseIterable {
    /// To be labelled by as many annotators as the overlap says.
    case work
    /// With a known label, mixed in unseen.
    case gold
    /// With a known label, asked of everybody before anything else and talked over afterwards.
    case calibration
}

/// What annotators judge.
public struct ItemContent: Sendable, Hashable {
    public var question: String
    public var responses: Pair<String>
    public var sources: Pair<String>
    public var category: String
    public var imageSeverity: Int
    public var picturePath: String?

    var json: JSONValue {
        [
            "question": .string(question), "response_1": .string(responses.first), "response_2": .string(responses.second),
            "response_1_from": .string(sources.first), "response_2_from": .string(sources.second), "category": .string(category),
            "image_severity": .integer(Int64(imageSeverity)), "image_path": picturePath.map(JSONValue.string) ?? .null,
        ]
    }

    init(
        question: String, responses: Pair<String>, sources: Pair<String>, category: String, imageSeverity: Int, picturePath: String?
    ) {
        self.question = question
        self.responses = responses
        self.sources = sources
        self.category = category
        self.imageSeverity = imageSeverity
        self.picturePath = picturePath
    }

    /// Reads what `json` wrote; anything else is a damaged store.
    init(stored text: String) throws {
        let json = try JSONValue(parsing: text.utf8)
        guard let question = json["question"]?.string, let first = json["response_1"]?.string, let second = json["response_2"]?.string,
            let category = json["category"]?.string, let severity = json["image_severity"]?.integer
        else { throw AnnotationError.invalid("an item in the store cannot be read") }
        self.init(
            question: question, responses: Pair(first, second),
            sources: Pair(json["response_1_from"]?.string ?? "", json["response_2_from"]?.string ?? ""), category: category,
            imageSeverity: severity, picturePath: json["image_path"]?.string)
    }
}

/// An item with what a reviewer may know of it.
public struct Item: Sendable {
    public let id: Int64
    public let project: Int64
    /// Where it came from: the file and row of its import.
    public var key: String
    public var kind: ItemKind
    public var content: ItemContent
    /// SHA-256 of the picture's bytes, in hexadecimal digits.
    public var picture: String
    /// The known label of gold and calibration items.
    public var truth: PairLabel?
    /// What a guard or the imported data say; shown only once the own answer is in.
    public var prelabel: PairLabel?
    /// What a reviewer decided.
    public var decision: PairLabel?

    init(_ row: Row) throws {
        id = row["id"]
        project = row["project"]
        key = row["key"]
        // note: the table's own check allows no other kind
        kind = ItemKind(rawValue: row["kind"]) ?? .work
        content = try ItemContent(stored: row["content"])
        picture = row["picture"]
        truth = try (row["truth"] as String?).map(PairLabel.init(stored:))
        prelabel = try (row["prelabel"] as String?).map(PairLabel.init(stored:))
        decision = try (row["decision"] as String?).map(PairLabel.init(stored:))
    }
}

extension PairLabel {
    init(stored text: String) throws { try self.init(try JSONValue(parsing: text.utf8)) }

    var stored: String { json().serialized() }
}

import PreferenceData
import StrictJSON

/// The turns of a conversation in any of the usual shapes: OpenAI's `role` and `content`, ShareGPT's `from` and `value`,
/// content as text or as a list of parts.
struct Dialogue {
    struct Turn: Equatable {
        enum Speaker: String { case system, user, assistant }

        var speaker: Speaker
        var text: String
    }

    var turns: [Turn]

    /// Reads a list of turns, or one turn alone.
    init(_ record: SourceRecord, _ column: String) throws(RowError) {
        let value = record.members[column] ?? .null
        let list = value.object == nil ? try record.list(column) : [value]
        turns = []
        for element in list { turns.append(try Self.turn(element, record, column)) }
    }

    /// The question when the dialogue is one user's turn; more turns, or a system's, cannot be kept and are refused.
    func question(_ record: SourceRecord, _ column: String) throws(RowError) -> String {
        guard turns.count == 1, turns[0].speaker == .user else { throw unfit(record, column, "one user turn") }
        return Self.withoutPlaceholder(turns[0].text)
    }

    /// Question and answer when the dialogue is one exchange.
    func exchange(_ record: SourceRecord, _ column: String) throws(RowError) -> (question: String, answer: String) {
        guard turns.map(\.speaker) == [.user, .assistant] else { throw unfit(record, column, "one user turn and one assistant turn") }
        return (Self.withoutPlaceholder(turns[0].text), turns[1].text)
    }

    /// The answer when the dialogue is one assistant's turn.
    func answer(_ record: SourceRecord, _ column: String) throws(RowError) -> String {
        guard turns.count == 1, turns[0].speaker == .assistant else { throw unfit(record, column, "one assistant turn") }
        return turns[0].text
    }

    private func unfit(_ record: SourceRecord, _ column: String, _ expected: String) -> RowError {
        let found = turns.map(\.speaker.rawValue).joined(separator: ", ")
        return record.notAllowed(column, turns.isEmpty ? "no turns" : "turns of \(found)", expected: expected)
    }

    // MARK: Placeholders

    static let placeholder = "<image>"

    /// The text without the mark that stands for the picture, at its beginning or end, and the white space beside it.
    static func withoutPlaceholder(_ text: String) -> String {
        if text.hasPrefix(placeholder) { return String(text.dropFirst(placeholder.count).drop(while: \.isWhitespace)) }
        guard text.hasSuffix(placeholder) else { return text }
        var rest = text.dropLast(placeholder.count)
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    // MARK: One turn

    private static func turn(_ value: JSONValue, _ record: SourceRecord, _ column: String) throws(RowError) -> Turn {
        guard let name = value["role"]?.string ?? value["from"]?.string, let content = value["content"] ?? value["value"] else {
            throw record.wrongType(column, value, expected: "a turn with role and content, or from and value")
        }
        guard let speaker = speaker(name) else {
            throw record.notAllowed(column, quoted(name), expected: "a turn of system, user (human) or assistant (gpt)")
        }
        return Turn(speaker: speaker, text: try text(content, record, column))
    }

    private static func speaker(_ name: String) -> Turn.Speaker? {
        switch name {
        case "user", "human": .user
        case "assistant", "gpt": .assistant
        case "system": .system
        default: nil
        }
    }

    /// The words of a turn; parts that stand for pictures say nothing here, the row's column has them.
    private static func text(_ content: JSONValue, _ record: SourceRecord, _ column: String) throws(RowError) -> String {
        if let text = content.string { return text }
        guard let parts = content.array else { throw record.wrongType(column, content, expected: "text, or a list of parts") }
        var words: [String] = []
        for part in parts {
            switch part["type"]?.string {
            case "text": words.append(part["text"]?.string ?? "")
            case "image": break
            default: throw record.wrongType(column, part, expected: "a part of type text or image")
            }
        }
        return words.joined()
    }
}

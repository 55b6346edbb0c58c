import Conversations
public import Foundation
import Parquet
import StrictJSON

/// Conversations to be judged, a JSON object a line, in the form of chat requests:
///
///     {"messages": [{"role": "user", "content": [{"type": "image", "path": "a.png"}, {"type": "text", "text": "…"}]},
///                   {"role": "assistant", "content": "…"}],
///      "labels": {"unsafe": true, "level": "severe", "category": "animal_abuse", "refusal": false}}
///
/// The last turn is what is judged, and what the labels speak of; they may be left out, each of them. Pictures are paths
/// below the file's folder. Other members are passed over.
public enum GuardConversationFile {
    /// Whether a file is of this form: JSONL whose first line has messages.
    public static func isOne(_ url: URL) -> Bool {
        guard RowFileFormat(of: url) == .jsonl, let lines = try? LineFile(url, maximumBytes: JSONLimits.line.maximumBytes),
            lines.count > 0, case .bytes(let line)? = try? lines.line(0)
        else { return false }
        return (try? JSONValue(parsing: line, limits: .line))?["messages"] != nil
    }

    /// All conversations in order. Throws `RowError` for the first line that is none.
    public static func read(_ url: URL, limits: ReadingLimits = .default) throws -> [GuardExample] {
        let lines = try LineFile(url, maximumBytes: JSONLimits.line.maximumBytes)
        let pictures = PictureFolder(url: url.deletingLastPathComponent(), maximumBytes: limits.pictureBytes)
        return try (0..<lines.count).map { row in
            let reader = ConversationReader(
                position: RowPosition(file: url.lastPathComponent, row: row), pictures: pictures)
            return try reader.example(lines.line(row))
        }
    }
}

/// Reads one line.
private struct ConversationReader {
    let position: RowPosition
    let pictures: PictureFolder

    func example(_ line: LineFile.Line) throws -> GuardExample {
        guard case .bytes(let bytes) = line else { throw refusal("the line", "more bytes", "at most \(JSONLimits.line.maximumBytes) bytes") }
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes, limits: .line) } catch {
            throw RowError(.unreadableLine, at: position, column: "the line", found: "no JSON: \(error)", expected: "one JSON object")
        }
        guard let messages = json["messages"]?.array, !messages.isEmpty else {
            throw refusal("messages", json["messages"]?.kind ?? "nothing", "a list of turns")
        }
        let conversation = Conversation(messages: try messages.map(message))
        return GuardExample(conversation, try labels(json["labels"]))
    }

    private func message(_ json: JSONValue) throws -> Message {
        guard let role = json["role"]?.string.flatMap(Role.init) else {
            throw refusal(
                "messages.role", json["role"]?.serialized() ?? "nothing", "one of " + Role.allCases.map(\.rawValue).joined(separator: ", "))
        }
        switch json["content"] {
        case .string(let text)?: return Message(role: role, text: text)
        case .array(let parts)?: return Message(role: role, parts: try parts.map(part))
        case let other: throw refusal("messages.content", other?.kind ?? "nothing", "text or a list of parts")
        }
    }

    private func part(_ json: JSONValue) throws -> ContentPart {
        switch (json["type"]?.string, json["text"]?.string, json["path"]?.string) {
        case ("text", let text?, _): return .text(text)
        case ("image", _, let path?):
            let image = try pictures.read(path, column: "messages.content.path", at: position)
            return .image(EncodedImage(bytes: image.bytes ?? [], path: image.path))
        default:
            throw refusal("messages.content", json.serialized(), #"{"type": "text", "text": …} or {"type": "image", "path": …}"#)
        }
    }

    private func labels(_ json: JSONValue?) throws -> GuardLabels {
        guard let json, !json.isNull else { return GuardLabels() }
        return GuardLabels(
            isUnsafe: try label(json, "unsafe", "true or false", \.bool),
            level: try label(json, "level", "one of " + Severity.allCases.map(\.name).joined(separator: ", ")) { value in
                Severity.allCases.first { $0.name == value.string }
            },
            category: try label(json, "category", "one of BeaverTails-V's twenty") { $0.string.flatMap(HarmCategory.init(label:)) },
            isRefusal: try label(json, "refusal", "true or false", \.bool))
    }

    private func label<Label>(_ json: JSONValue, _ key: String, _ expected: String, _ read: (JSONValue) -> Label?) throws -> Label? {
        guard let value = json[key], !value.isNull else { return nil }
        guard let label = read(value) else { throw refusal("labels.\(key)", value.serialized(), expected) }
        return label
    }

    private func refusal(_ column: String, _ found: String, _ expected: String) -> RowError {
        RowError(.valueNotAllowed, at: position, column: column, found: found, expected: expected)
    }
}

/// Why a tokenizer cannot be read, written or used. The description is a sentence for people.
public enum TokenizerError: Error, Equatable, Sendable {
    /// A file cannot be read or written.
    case file(name: String, reason: String)
    /// A file is not JSON.
    case notJSON(file: String, line: Int, column: Int, reason: String)
    /// A value in a JSON file is not what its place asks for. `path` is written as in `model.vocab["a"]`.
    case malformed(file: String, path: String, found: String, expected: String)
    /// A file asks for something that is valid but not built in, such as a pre-tokenizer's regular expression.
    case unsupported(file: String, path: String, found: String, known: [String])
    /// A file holds more than the limits allow.
    case tooLarge(file: String, path: String, found: Int, limit: Int, unit: String)
    /// A token that the task needs is not in the vocabulary.
    case missingToken(String, neededFor: String)
    /// A vocabulary cannot be learned as asked.
    case untrainable(found: String, expected: String)
    /// The tokenizer has no chat template, so nobody knows how its model expects a conversation.
    case noChatTemplate
    /// The template wrote another number of image places than the conversation has pictures.
    case imagesNotPlaced(placed: Int, pictures: Int, token: String?)
    /// The template left out a turn that has words. Turns count from 0.
    case turnDropped(index: Int, role: String)
    /// The rendered prompt is not the beginning of the rendered conversation, so the response has no exact place.
    case promptNotPrefix(turn: Int)
    /// The template writes the assistant's header only together with its answer, although a generation prompt was
    /// asked for.
    case noGenerationPrompt(header: String)
}

extension TokenizerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let name, let reason):
            "\(name): \(reason)"
        case .notJSON(let file, let line, let column, let reason):
            "\(file) is not JSON: line \(line), column \(column): \(reason)"
        case .malformed(let file, let path, let found, let expected):
            "\(file): \(path): found \(found), expected \(expected)"
        case .unsupported(let file, let path, let found, let known):
            "\(file): \(path): \(found) is not supported; known here: \(known.joined(separator: ", "))"
        case .tooLarge(let file, let path, let found, let limit, let unit):
            "\(file): \(path): \(found) \(unit), at most \(limit) are read"
        case .missingToken(let token, let purpose):
            "the vocabulary has no token \(excerpt(token)), needed for \(purpose); add it or name another one"
        case .untrainable(let found, let expected):
            "cannot learn a vocabulary: found \(found), expected \(expected)"
        case .noChatTemplate:
            "the tokenizer has no chat template; put the model's chat_template.jinja beside tokenizer.json"
        case .imagesNotPlaced(let placed, let pictures, let token):
            "the chat template placed \(placed) images (token \(token.map { excerpt($0) } ?? "unknown")) for "
                + "\(pictures) pictures; use a template that writes one image token for every picture"
        case .turnDropped(let index, let role):
            "the chat template left out turn \(index) (\(role)); use a template that writes every turn"
        case .promptNotPrefix(let turn):
            "the prompt before turn \(turn) is not the beginning of the rendered conversation, so the response cannot "
                + "be told from it; use a template that renders earlier turns alike with and without an answer"
        case .noGenerationPrompt(let header):
            "the chat template ignores add_generation_prompt and writes \(excerpt(header)) before the answer; "
                + "let it write that text when add_generation_prompt is true"
        }
    }
}

/// The beginning of `text` in quotes, with control and format characters spelled out, so that a terminal or a log
/// shows what is there.
func excerpt(_ text: String, limit: Int = 60) -> String {
    var shown = "\""
    for scalar in text.unicodeScalars.prefix(limit) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            shown += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        default:
            shown.unicodeScalars.append(scalar)
        }
    }
    return shown + (text.unicodeScalars.count > limit ? "…\"" : "\"")
}

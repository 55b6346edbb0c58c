/// Why a file of ratings cannot be used: file, line, reason.
public struct RatingError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// The line is longer than any rating.
        case tooLong(limit: Int)
        case notJSON(String)
        case missing(member: String)
        case wrongKind(member: String, found: String, expected: String)
        /// The same annotator answered the same question about the same item before.
        case repeated(item: String, annotator: String, question: String)
        case otherCategory(item: String, found: String, before: String)
        /// A question is answered by numbers or by words, never by both.
        case mixedValues(question: String, found: String, before: String)
        /// The order given for a question's labels does not have this one.
        case unordered(question: String, label: String, known: [String])
        /// The file holds no answer at all.
        case empty
        /// A question was named that nobody answered.
        case unknownQuestion(String, known: [String])
    }

    public var file: String
    /// From 1; `nil` when the whole file is meant.
    public var line: Int?
    public var reason: Reason

    public init(file: String, line: Int?, _ reason: Reason) {
        self.file = file
        self.line = line
        self.reason = reason
    }
}

extension RatingError: CustomStringConvertible {
    public var description: String { line.map { "\(file), line \($0): \(reason)" } ?? "\(file): \(reason)" }
}

extension RatingError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLong(let limit): "the line is longer than \(limit) bytes; one line holds one rating"
        case .notJSON(let reason): "not a JSON object: \(reason)"
        case .missing(let member): "the member \"\(member)\" is missing; a rating has item, annotator, question and value"
        case .wrongKind(let member, let found, let expected): "\"\(member)\" is of kind \(found), expected \(expected)"
        case .repeated(let item, let annotator, let question):
            "\(annotator) has answered \"\(question)\" for item \(item) before; keep the answer that counts"
        case .otherCategory(let item, let found, let before):
            "item \(item) is of category \"\(found)\" here and of \"\(before)\" in an earlier line"
        case .mixedValues(let question, let found, let before):
            "\"\(question)\" is answered by \(found) here and by \(before) in earlier lines; use one of the two"
        case .unordered(let question, let label, let known):
            "\"\(question)\" has the label \"\(label)\", which is not in the order given: \(known.joined(separator: ", "))"
        case .empty: "no answer in the file; expected JSON lines with item, annotator, question and value"
        case .unknownQuestion(let question, let known):
            "nobody answered \"\(question)\"; the questions are \(known.joined(separator: ", "))"
        }
    }
}

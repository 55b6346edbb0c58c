import DurableFiles
public import Foundation
import StrictJSON

/// The ratings of a JSONL file, by question: one line a rating, such as
///
///     {"item": "17", "annotator": "ann", "question": "more_helpful", "value": "1", "category": "animal_abuse"}
///
/// `item` and `annotator` are words or whole numbers; `value` is a word, a number, `true`, `false`, or `null` for an answer
/// left out; `category` may be missing. Other members are ignored, empty lines too.
public struct RatingFile: Sendable {
    public let path: String
    /// In the order in which the questions came up.
    public let questions: [String]
    private let ratings: [String: [Rating]]
    /// By item.
    private let categories: [String: String]

    /// A longer line is refused unread.
    public static let maximumLineBytes = 1 << 20

    /// Reads the file line by line; throws a `RatingError` with the line of the first one that cannot be used.
    ///
    /// - Parameter annotators: when given, the ratings of all others are passed over.
    public init(_ url: URL, annotators: Set<String>? = nil) throws {
        var reader = RatingReader(file: url.path, annotators: annotators)
        var lines = LineSplitter(maximumBytes: Self.maximumLineBytes)
        try DurableFiles.readPieces(of: url) { piece in
            try lines.split(piece) { line in try reader.read(line) }
        }
        try lines.finish { line in try reader.read(line) }
        guard reader.answerCount > 0 else { throw RatingError(file: url.path, line: nil, .empty) }
        (path, questions, ratings, categories) = (url.path, reader.questions, reader.ratings, reader.categories)
    }

    /// The ratings of a question in the order of the file.
    public func ratings(of question: String) throws(RatingError) -> [Rating] {
        guard let found = ratings[question] else {
            throw RatingError(file: path, line: nil, .unknownQuestion(question, known: questions))
        }
        return found
    }

    /// The categories that items of a question have, sorted.
    public func categories(of question: String) throws(RatingError) -> [String] {
        Set(try ratings(of: question).compactMap { categories[$0.item] }).sorted()
    }

    /// The category of an item, if a line names it.
    public func category(of item: String) -> String? { categories[item] }

    /// The answers to a question.
    ///
    /// - Parameters:
    ///   - category: only items of this one.
    ///   - order: the labels, lowest first, of a question answered by words.
    public func table(of question: String, category: String? = nil, order: [String] = []) throws(RatingError) -> RatingTable {
        let chosen = try ratings(of: question).filter { category == nil || categories[$0.item] == category }
        if !order.isEmpty {
            for case .text(let label)? in chosen.map(\.value) where !order.contains(label) {
                throw RatingError(file: path, line: nil, .unordered(question: question, label: label, known: order))
            }
        }
        return RatingTable(question: question, chosen, order: order)
    }
}

/// Cuts pieces of a file into lines.
private struct LineSplitter {
    enum Line {
        case bytes([UInt8])
        case tooLong
    }

    let maximumBytes: Int
    private var rest: [UInt8] = []
    private var isTooLong = false

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    mutating func split(_ piece: UnsafeRawBufferPointer, _ take: (Line) throws -> Void) throws {
        var start = 0
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
            append(piece[start..<end])
            try finish(take)
            start = end + 1
        }
        append(piece[start...])
        if isTooLong { try take(.tooLong) }
    }

    /// Hands on what is left as a line, if there is anything.
    mutating func finish(_ take: (Line) throws -> Void) throws {
        defer { (rest, isTooLong) = ([], false) }
        try take(isTooLong ? .tooLong : .bytes(rest))
    }

    private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
        if rest.count + bytes.count > maximumBytes { isTooLong = true } else { rest.append(contentsOf: bytes) }
    }
}

/// Collects ratings, and refuses what contradicts an earlier line.
private struct RatingReader {
    let file: String
    let annotators: Set<String>?
    private(set) var questions: [String] = []
    private(set) var ratings: [String: [Rating]] = [:]
    private(set) var answerCount = 0
    private var line = 0
    private var seen: Set<[Int]> = []
    private var names = Numbering()
    private(set) var categories: [String: String] = [:]
    private var kinds: [String: String] = [:]

    init(file: String, annotators: Set<String>?) {
        (self.file, self.annotators) = (file, annotators)
    }

    mutating func read(_ found: LineSplitter.Line) throws(RatingError) {
        line += 1
        guard case .bytes(let bytes) = found else { throw error(.tooLong(limit: RatingFile.maximumLineBytes)) }
        guard bytes.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\t") }) else { return }
        let rating = try rating(bytes)
        if let annotators, !annotators.contains(rating.annotator) { return }
        try check(rating)
        if ratings[rating.question] == nil { questions.append(rating.question) }
        ratings[rating.question, default: []].append(rating)
        if rating.value != nil { answerCount += 1 }
    }

    private func rating(_ bytes: [UInt8]) throws(RatingError) -> Rating {
        let parsed = Result { () throws(JSONError) in try JSONValue(parsing: bytes, limits: .line) }
        let object: JSONObject
        switch parsed {
        case .success(.object(let members)): object = members
        case .success(let other): throw error(.notJSON("found \(other.kind)"))
        case .failure(let failure): throw error(.notJSON("column \(failure.column): \(failure.reason)"))
        }
        return Rating(
            item: try name("item", object), annotator: try name("annotator", object), question: try name("question", object),
            value: try value(object), category: try category(object))
    }

    /// A word, or a whole number as one.
    private func name(_ member: String, _ object: JSONObject) throws(RatingError) -> String {
        switch object[member] {
        case nil: throw error(.missing(member: member))
        case .string(let text)? where !text.isEmpty: return text
        case .integer(let number)?: return String(number)
        case .string?: throw error(.wrongKind(member: member, found: "empty text", expected: "a name"))
        case let other?: throw error(.wrongKind(member: member, found: other.kind, expected: "text or a whole number"))
        }
    }

    private func value(_ object: JSONObject) throws(RatingError) -> Label? {
        switch object["value"] {
        case nil: throw error(.missing(member: "value"))
        case .null?: return nil
        case .string(let text)?: return .text(text)
        case .bool(let flag)?: return .text(flag ? "true" : "false")
        case .integer(let number)?: return .number(Double(number))
        case .number(let number)?: return .number(number)
        case let other?:
            throw error(.wrongKind(member: "value", found: other.kind, expected: "text, a number, true, false or null"))
        }
    }

    private func category(_ object: JSONObject) throws(RatingError) -> String? {
        switch object["category"] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let other?: throw error(.wrongKind(member: "category", found: other.kind, expected: "text"))
        }
    }

    private mutating func check(_ rating: Rating) throws(RatingError) {
        let key = [names.number(rating.item), names.number(rating.annotator), names.number(rating.question)]
        guard seen.insert(key).inserted else {
            throw error(.repeated(item: rating.item, annotator: rating.annotator, question: rating.question))
        }
        if let category = rating.category {
            let before = categories[rating.item] ?? category
            guard before == category else { throw error(.otherCategory(item: rating.item, found: category, before: before)) }
            categories[rating.item] = category
        }
        if let value = rating.value {
            let kind = if case .number = value { "numbers" } else { "words" }
            let before = kinds[rating.question] ?? kind
            guard before == kind else {
                throw error(.mixedValues(question: rating.question, found: kind, before: before))
            }
            kinds[rating.question] = kind
        }
    }

    private func error(_ reason: RatingError.Reason) -> RatingError { RatingError(file: file, line: line, reason) }
}

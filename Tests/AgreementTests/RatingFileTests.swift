import DurableFiles
import Foundation
import Testing

@testable import Agreement

@Suite("Files of ratings")
struct RatingFileTests {
    private func withFile<Result>(_ text: String, _ body: (URL) throws -> Result) throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "ratings-\(UUID().uuidString).jsonl")
        try DurableFiles.write(text, to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url)
    }

    private func reason(_ text: String) throws -> (line: Int?, reason: RatingError.Reason)? {
        try withFile(text) { url in
            do {
                _ = try RatingFile(url)
                return nil
            } catch let error as RatingError {
                #expect(error.file == url.path)
                return (error.line, error.reason)
            }
        }
    }

    private let good = #"{"item": 1, "annotator": "ann", "question": "q", "value": "a"}"#

    @Test("words, numbers, flags and missing answers are read; categories are the item's")
    func reading() throws {
        let text = """
            {"item": 1, "annotator": "ann", "question": "safer", "value": "1", "category": "animal_abuse"}
            {"item": "1", "annotator": "bob", "question": "safer", "value": "2", "note": "ignored"}

            {"item": 2, "annotator": "ann", "question": "safer", "value": null}\r
            {"item": 2, "annotator": "ann", "question": "rate", "value": -3}
            {"item": 2, "annotator": "bob", "question": "rate", "value": 1.5}
            {"item": 2, "annotator": "bob", "question": "flag", "value": true}
            """
        try withFile(text) { url in
            let file = try RatingFile(url)
            #expect(file.questions == ["safer", "rate", "flag"])
            let safer = try file.table(of: "safer")
            #expect(safer.items == ["1"] && safer.labels == [.text("1"), .text("2")] && safer.missingCount == 1)
            #expect(try file.table(of: "safer", category: "animal_abuse").answerCount == 2)
            #expect(try file.table(of: "rate").labels == [.number(-3), .number(1.5)])
            #expect(try file.table(of: "rate").scale == .interval)
            #expect(try file.table(of: "flag").labels == [.text("true")])
            #expect(try RatingFile(url, annotators: ["bob"]).table(of: "safer").annotators == ["bob"])
            #expect(throws: RatingError(file: url.path, line: nil, .unknownQuestion("x", known: file.questions))) {
                try file.table(of: "x")
            }
            #expect(throws: RatingError.self) { try file.table(of: "safer", order: ["1"]) }
        }
    }

    @Test("each fault has its line and its reason")
    func faults() throws {
        let cases: [(String, RatingError.Reason)] = [
            ("[1]", .notJSON("found array")),
            (#"{"item": 1, "question": "q", "value": 1}"#, .missing(member: "annotator")),
            (#"{"item": 1, "annotator": "b", "question": "q"}"#, .missing(member: "value")),
            (#"{"item": 1.5, "annotator": "b", "question": "q", "value": 1}"#, .wrongKind(member: "item", found: "number", expected: "text or a whole number")),
            (#"{"item": 1, "annotator": "b", "question": "q", "value": [1]}"#,
             .wrongKind(member: "value", found: "array", expected: "text, a number, true, false or null")),
            (good, .repeated(item: "1", annotator: "ann", question: "q")),
            (#"{"item": 1, "annotator": "b", "question": "q", "value": 1}"#, .mixedValues(question: "q", found: "numbers", before: "words")),
            (#"{"item": 1, "annotator": "b", "question": "q", "value": "#, .notJSON("")),
        ]
        for (line, expected) in cases {
            let found = try #require(try reason(good + "\n" + line + "\n"))
            #expect(found.line == 2)
            if case .notJSON(let why) = expected, why.isEmpty {
                guard case .notJSON(let why) = found.reason else { Issue.record("\(found.reason)"); continue }
                #expect(why.hasPrefix("column "))
            } else {
                #expect(found.reason == expected)
            }
        }
        let first = #"{"item": 1, "annotator": "a", "question": "q", "value": 1, "category": "x"}"#
        let second = #"{"item": 1, "annotator": "b", "question": "q", "value": 1, "category": "y"}"#
        #expect(try reason(first + "\n" + second)?.reason == .otherCategory(item: "1", found: "y", before: "x"))
        #expect(try reason("\n\n")?.reason == .empty)
        #expect(RatingError(file: "r.jsonl", line: 2, .missing(member: "value")).description
            == #"r.jsonl, line 2: the member "value" is missing; a rating has item, annotator, question and value"#)
    }

    @Test("a line without an end is refused without being kept, and lines across pieces are whole")
    func longLines() throws {
        let long = String(repeating: " ", count: RatingFile.maximumLineBytes + 1)
        #expect(try reason(good + "\n" + long)?.reason == .tooLong(limit: RatingFile.maximumLineBytes))
        // The pieces that a file is read in end at 1 MiB: inside a rating here.
        let padding = String(repeating: " ", count: (1 << 20) - good.utf8.count - 30)
        let text = good + padding + "\n" + good.replacingOccurrences(of: "\"ann\"", with: "\"bob\"") + "\n"
        #expect(try withFile(text) { try RatingFile($0).table(of: "q").annotators } == ["ann", "bob"])
    }
}

import Conversations
import DataFormats
import Foundation
import PreferenceData
import StrictJSON
import Testing

/// By hand: what cannot be used is told by file, row, column, what was found and what is allowed, and counted.
@Suite("Records that cannot be used")
struct ImportErrorTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(png(1), to: "in/pictures/a.png")
        try folder.write("no picture", to: "in/pictures/bad.png")
    }

    private func row(_ image: String = "pictures/a.png", chosen: String = #""Yes.""#) -> String {
        #"{"id": "1", "image": "\#(image)", "question": "Q", "chosen": \#(chosen), "rejected": "No."}"#
    }

    private func settings(_ policy: ErrorPolicy) -> ImportSettings {
        var settings = ImportSettings(format: .spaVL)
        settings.onError = policy
        settings.category = .animalAbuse
        return settings
    }

    private func write(_ rows: [String]) throws { try folder.write(rows.joined(separator: "\n") + "\n", to: "in/train.jsonl") }

    @Test(
        "each is told in full",
        arguments: [
            (#"{"id": "1", "image": "pictures/a.png", "question": "Q", "rejected": "No."}"#, "in.jsonl, row 1: column 'chosen': found no value, expected text"),
            (#"{"image": "pictures/a.png", "question": "Q", "chosen": 7, "rejected": "N"}"#, "row 1: column 'chosen': found 7, expected text"),
            ("[1]", "row 1: column 'the record': found JSON of kind array, expected one JSON object"),
            ("{", "row 1: column 'the record': found no JSON"),
            (#"{"image": "../secret", "question": "Q", "chosen": "Y", "rejected": "N"}"#, "row 1: column 'image': found \"../secret\" (a path that leads up)"),
            (#"{"image": "pictures/bad.png", "question": "Q", "chosen": "Y", "rejected": "N"}"#, "row 1: column 'image': found 10 bytes"),
            (#"{"image": "https://x.example/a.png", "question": "Q", "chosen": "Y", "rejected": "N"}"#, "https addresses are not fetched"),
            (#"{"image": ["a", "b"], "question": "Q", "chosen": "Y", "rejected": "N"}"#, "found 2 pictures, expected at most one picture"),
            (#"{"question": "Q", "chosen": "Y", "rejected": "N"}"#, "column 'image': found no value, expected a picture; --blank-pictures"),
        ])
    func told(line: String, message: String) throws {
        try write([row(), line])
        let error = #expect(throws: RowError.self) { try DataImport(folder.file("in"), settings(.stop)).write(to: folder.file("out")) }
        let text = "\(try #require(error))"
        #expect(text.contains(message.replacing("in.jsonl", with: "train.jsonl")), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("out").path))
    }

    @Test("skipped ones are counted, and the others are all there")
    func skipped() throws {
        try write([row(), "{", row(chosen: "null"), row(), row(chosen: "null")])
        let report = try DataImport(folder.file("in"), settings(.skip)).write(to: folder.file("out"))
        #expect(report.recordCount == 5 && report.rowCount == 2 && report.leftOutCount == 3)
        #expect(report.leftOut == [.init(kind: .unreadableLine, column: "the record"): 1, .init(kind: .missingValue, column: "chosen"): 2])
        #expect("\(report)".contains("5 records of 1 files read; 2 rows written (2 train); 3 records left out"))
        #expect("\(report)".contains("left out  2 × missing value (chosen)"))
        // Labels that SPA-VL does not have are counted for the rows that were written, and only for them.
        #expect(report.filled["response_1_harmless_rate"] == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.file("out/quarantine.jsonl").path))
    }

    @Test("quarantined ones are kept with their reasons, one a line")
    func quarantined() throws {
        try write([row(), row(chosen: "3")])
        _ = try DataImport(folder.file("in"), settings(.quarantine)).write(to: folder.file("out"))
        let line = try JSONValue(parsing: folder.text("out/quarantine.jsonl").trimmingCharacters(in: .newlines))
        #expect(line["file"] == "train.jsonl" && line["row"] == 1 && line["column"] == "chosen")
        #expect(line["found"] == "3" && line["expected"] == "text" && line["record"]?["rejected"] == "No.")
    }

    @Test("a file that breaks off keeps what came before, and is told")
    func brokenFile() throws {
        try folder.write("[\(row()), \(row()), {\"id\":", to: "in/train.json")
        try folder.write("no Parquet", to: "in/other.parquet")
        let report = try DataImport(folder.file("in"), settings(.skip)).write(to: folder.file("out"))
        #expect(report.rowCount == 2 && report.brokenFiles.count == 2)
        #expect(throws: (any Error).self) { try DataImport(folder.file("in"), settings(.stop)).write(to: folder.file("out2")) }
    }

    @Test("categories: the user's words before ours, ours before the format's, none without a word")
    func categories() throws {
        let line = { (category: String) in
            #"{"question": "Q", "image": "pictures/a.png", "category": "\#(category)", "response": "R", "is_response_safe": true}"#
        }
        func category(_ label: String, _ change: (inout ImportSettings) -> Void = { _ in }) throws -> String? {
            try write([line(label)])
            return try imported(QuestionAnswerRow.self, folder.file("in/train.jsonl"), .questionAnswer, in: folder, change).first?.category
        }
        #expect(try category("Animal Abuse") == "animal_abuse")
        #expect(try category("Odd-Name") { $0.categories = ["odd name": .falseInformation] } == "false_information")
        let error = #expect(throws: RowError.self) { try category("Odd") }
        #expect("\(try #require(error))".contains(#"--map-category "Odd=CATEGORY""#))
    }

    @Test("a record of several rows is written whole or not at all")
    func wholeRecords() throws {
        try folder.write(
            #"[{"image": "pictures/a.png", "harmful_category": "privacy", "instr-resp": [{"instruction": "I", "response": "R"}, {"instruction": "J"}]}]"#,
            to: "in/train.json")
        var settings = ImportSettings(format: .vlGuard)
        settings.onError = .skip
        let report = try DataImport(folder.file("in/train.json"), settings).write(to: folder.file("out"))
        #expect(report.rowCount == 0 && report.leftOutCount == 1)
    }

    @Test("lists and objects are read element by element, whatever their text holds")
    func elements() throws {
        let odd = #"{"id": "1", "image": "pictures/a.png", "question": "]},{[ \" \\", "chosen": "a", "rejected": "b", "more": [[], {"x": [1, 2]}]}"#
        for text in ["[\(odd)]", " [ \(odd) ,\n\(odd)]\n ", "[]", odd, odd + "\n" + odd] {
            try folder.write(text, to: "in/train.json")
            let report = try DataImport(folder.file("in/train.json"), settings(.stop)).write(to: folder.file("out-\(UUID().uuidString)"))
            #expect(report.rowCount == text.split(separator: "\"question\"").count - 1, "\(text)")
        }
        for text in ["[\(odd)", "[\(odd)] x", "[\(odd),", "[\(odd)}"] {
            try folder.write(text, to: "in/train.json")
            #expect(throws: DatasetError.self, "\(text)") {
                try DataImport(folder.file("in/train.json"), settings(.stop)).write(to: folder.file("out-\(UUID().uuidString)"))
            }
        }
    }

    @Test("files' names say their split, and a folder is read whole")
    func splits() throws {
        try write([row()])
        try folder.write(row() + "\n", to: "in/test.jsonl")
        try folder.write(row() + "\n", to: "in/validation-00000-of-00001.jsonl")
        try folder.write("x", to: "in/.hidden.jsonl")
        let report = try DataImport(folder.file("in"), settings(.stop)).write(to: folder.file("out"))
        #expect(report.rowCounts == [.train: 1, .evaluation: 2])
        var all = settings(.stop)
        all.split = .evaluation
        all.isByCategory = true
        _ = try DataImport(folder.file("in"), all).write(to: folder.file("sorted"))
        #expect(FileManager.default.fileExists(atPath: folder.file("sorted/data/animal_abuse/evaluation.parquet").path))
        #expect(throws: (any Error).self) { try DataImport(folder.file("in"), all).write(to: folder.file("sorted")) }
    }
}

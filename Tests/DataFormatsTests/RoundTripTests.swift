import Conversations
import DataFormats
import Foundation
import PreferenceData
import Testing

/// By law: what is exported and imported again is what it was, in every format that can hold it.
@Suite("Rows of ours in other formats and back")
struct RoundTripTests {
    let folder: TemporaryFolder
    let pairs = (0..<7).map { pairRow($0, category: $0 < 4 ? "animal_abuse" : "false_information") }
    let answers = (0..<5).map { answerRow($0) }

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(pairs, to: "pairs/train.parquet")
        try folder.write([pairRow(9)], to: "pairs/evaluation.parquet")
        try folder.write(answers, to: "answers/train.parquet")
    }

    private func back<Row: StoredRow>(_ row: Row.Type, _ exported: URL, _ format: DataFormat, _ split: Split = .train) throws -> [Row] {
        try imported(row, exported, format, in: folder, split: split) {
            $0.form = row == QuestionAnswerRow.self ? .questionAnswer : .pairwise
        }
    }

    @Test("pairs", arguments: [DataFormat.pairwise, .trl, .shareGPT, .msSwift, .labelStudio, .argilla], [ExportPreference.helpfulness, .safety])
    func pairs(format: DataFormat, preference: ExportPreference) throws {
        var export = DataExport(format: format)
        export.preference = preference
        let target = folder.file("out")
        let report = try export.write(folder.file("pairs"), to: target)
        #expect(report.rowCounts == [.train: 7, .evaluation: 1])
        #expect(FileManager.default.fileExists(atPath: target.appending(path: "dataset_info.json").path) == (format == .shareGPT))
        // Annotators are not told who wrote a response by Argilla's fields, but the record's metadata keeps it.
        #expect(try back(BeaverTailsVRow.self, target, format).map(\.unnamed) == pairs)
        #expect(try back(BeaverTailsVRow.self, target, format, .evaluation).map(\.unnamed) == [pairRow(9)])
    }

    @Test("single responses", arguments: [DataFormat.questionAnswer, .trl, .shareGPT, .msSwift, .labelStudio, .argilla])
    func answers(format: DataFormat) throws {
        let target = folder.file("out")
        _ = try DataExport(format: format).write(folder.file("answers"), to: target)
        #expect(try back(QuestionAnswerRow.self, target, format).map(\.unnamed) == answers)
    }

    @Test("a pair becomes two single responses with their flags")
    func pairsAsAnswers() throws {
        _ = try DataExport(format: .questionAnswer).write(folder.file("pairs"), to: folder.file("out"))
        let rows = try back(QuestionAnswerRow.self, folder.file("out"), .questionAnswer)
        #expect(rows.count == 14)
        #expect(rows[0].response == "First 0." && rows[0].isResponseSafe == "no")
        #expect(rows[1].response == "Second <b>0</b>." && rows[1].isResponseSafe == "yes")
    }

    @Test("equal pictures are one file, named after its SHA-256")
    func pictures() throws {
        try folder.write([pairRow(1), pairRow(1), pairRow(2)], to: "twice/train.parquet")
        _ = try DataExport(format: .msSwift).write(folder.file("twice"), to: folder.file("out"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out/pictures").path)
        #expect(names.sorted() == [PictureStore.name(of: png(1)), PictureStore.name(of: png(2))].sorted())
        #expect(try PictureStore(at: folder.file("out/pictures")).damaged() == [])
        try folder.write([1, 2, 3], to: "out/pictures/\(names[0])")
        #expect(try PictureStore(at: folder.file("out/pictures")).damaged() == [names[0]])
    }

    @Test("single responses cannot become pairs, and the message says what they can become")
    func impossible() throws {
        let error = #expect(throws: ExportError.self) {
            try DataExport(format: .pairwise).write(folder.file("answers"), to: folder.file("out"))
        }
        #expect("\(try #require(error))".contains("question-answer, trl, sharegpt"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("out").path))
    }

    @Test("a question that holds the mark for pictures is refused where the mark means something")
    func placeholder() throws {
        var row = pairRow(1)
        row.question = "Write <image> twice"
        try folder.write([row, pairRow(2)], to: "mark/train.parquet")
        #expect(throws: RowError.self) { try DataExport(format: .msSwift).write(folder.file("mark"), to: folder.file("out")) }
        var export = DataExport(format: .msSwift)
        export.onError = .skip
        let report = try export.write(folder.file("mark"), to: folder.file("out"))
        #expect(report.rowCounts == [.train: 1] && report.leftOut.map(\.position.row) == [0])
        #expect(try DataExport(format: .argilla).write(folder.file("mark"), to: folder.file("argilla")).rowCounts == [.train: 2])
    }

    @Test("the card's licence and use go along")
    func card() throws {
        try folder.write("---\nlicense: cc-by-nc-4.0\nusage: test-only\n---\n", to: "pairs/README.md")
        _ = try DataExport(format: .pairwise).write(folder.file("pairs"), to: folder.file("out"))
        _ = try imported(BeaverTailsVRow.self, folder.file("out"), .pairwise, in: folder)
        let card = try DatasetCard.find(for: folder.file("out"))
        #expect(card.isTestOnly && card.license == "cc-by-nc-4.0")
    }

    @Test("labels that were filled in stay marked through formats and forms")
    func assumedLabels() throws {
        try folder.write(png(1), to: "in/a.png")
        try folder.write(#"{"image": "a.png", "question": "Q", "chosen": "Y", "rejected": "N"}"# + "\n", to: "in/train.jsonl")
        var settings = ImportSettings(format: .spaVL)
        settings.category = .animalAbuse
        _ = try DataImport(folder.file("in"), settings).write(to: folder.file("ours"))
        let filled = try DatasetCard.find(for: folder.file("ours")).assumedLabels
        #expect(filled.contains("is_response_1_safe") && filled.contains("response_2_harmless_rate"))
        _ = try DataExport(format: .trl).write(folder.file("ours"), to: folder.file("trl"))
        _ = try DataImport(folder.file("trl"), ImportSettings(format: .trl)).write(to: folder.file("again"))
        #expect(try DatasetCard.find(for: folder.file("again")).assumedLabels == filled)
        _ = try DataExport(format: .questionAnswer).write(folder.file("ours"), to: folder.file("answers-of-ours"))
        #expect(try DatasetCard.find(for: folder.file("answers-of-ours")).assumedLabels.contains("is_response_safe"))
    }
}

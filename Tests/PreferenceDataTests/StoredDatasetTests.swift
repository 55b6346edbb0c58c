import Conversations
import Foundation
import Parquet
import PreferenceData
import Testing

@Suite("Data sets on disk")
struct StoredDatasetTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func questions<Row: StoredRow>(_ dataset: StoredDataset<Row>) throws -> [String] {
        try dataset.indices.map { try dataset.sample(at: $0).prompt.text }
    }

    @Test("gives rows back from both formats", arguments: ["train.parquet", "train.jsonl"])
    func roundTrip(name: String) throws {
        let rows = (0..<40).map { BeaverTailsVRow.sound($0) }
        try folder.write(rows, to: name)
        let dataset = try BeaverTailsVDataset.load(folder.url)
        #expect(dataset.files == [name])
        // The name of a picture is not kept in JSONL, where it is the path of its file.
        let nameless = { (row: BeaverTailsVRow) in row.with { $0.image.path = nil } }
        #expect(try dataset.indices.map { nameless(try dataset.row(at: $0)) } == rows.map(nameless))
    }

    @Test("gives question–answer rows back from both formats", arguments: ["train.parquet", "train.jsonl"])
    func questionAnswerRoundTrip(name: String) throws {
        let rows = ["yes", "no"].map { flag in
            QuestionAnswerRow(
                question: "Q", image: picture(1), category: "sexual_crimes", imageSeverity: 0, response: "é\n\"",
                isResponseSafe: flag)
        }
        try folder.write(rows, to: name)
        let dataset = try QuestionAnswerDataset.load(folder.url)
        let samples = try dataset.indices.map { try dataset.sample(at: $0) }
        #expect(samples.map(\.isSafe) == [true, false])
        #expect(samples.map(\.response) == ["é\n\"", "é\n\""])
        #expect(samples.map(\.prompt.image.bytes) == [picture(1).bytes, picture(1).bytes])
    }

    @Test("reads the categories of a folder in the order of their names")
    func categoryFolders() throws {
        try folder.write([BeaverTailsVRow.sound(2, category: "sexual_crimes")], to: "data/sexual_crimes/train.parquet")
        try folder.write([BeaverTailsVRow.sound(1)], to: "data/animal_abuse/train.parquet")
        try folder.write([BeaverTailsVRow.sound(3)], to: "data/animal_abuse/evaluation.parquet")
        for url in [folder.url, folder.file("data")] {
            #expect(try questions(BeaverTailsVDataset.load(url)) == ["Question 1?", "Question 2?"])
        }
        let evaluation = try BeaverTailsVDataset.load(folder.url, split: .evaluation)
        #expect(try questions(evaluation) == ["Question 3?"])
        #expect(evaluation.position(at: 0) == RowPosition(file: "data/animal_abuse/evaluation.parquet", row: 0))
    }

    @Test("reads only the categories chosen, and names those that are missing")
    func chosenFolders() throws {
        try folder.write([BeaverTailsVRow.sound(1)], to: "data/animal_abuse/train.parquet")
        try folder.write([BeaverTailsVRow.sound(2)], to: "data/sexual_crimes/train.parquet")
        let chosen = try BeaverTailsVDataset.load(folder.url, categories: .only([.sexualCrimes]))
        #expect(chosen.files == ["data/sexual_crimes/train.parquet"])
        #expect(
            throws: DatasetError.missingCategories(
                path: folder.url.path, missing: ["horror_and_gore"], present: ["animal_abuse", "sexual_crimes"])
        ) { try BeaverTailsVDataset.load(folder.url, categories: .only([.horrorAndGore])) }
    }

    @Test("chooses rows by their category in a file of all categories", arguments: ["train.parquet", "train.jsonl"])
    func chosenRows(name: String) throws {
        let categories = ["animal_abuse", "sexual_crimes", "none of them", "sexual_crimes"]
        try folder.write(categories.enumerated().map { .sound($0, category: $1) } as [BeaverTailsVRow], to: name)
        let chosen = try BeaverTailsVDataset.load(folder.url, categories: .only([.sexualCrimes]))
        #expect(try questions(chosen) == ["Question 1?", "Question 3?"])
        #expect(chosen.position(at: 1) == RowPosition(file: name, row: 3))
    }

    @Test("joins the parts of a split")
    func parts() throws {
        try folder.write([BeaverTailsVRow.sound(2)], to: "data/train-00001-of-00002.parquet")
        try folder.write([BeaverTailsVRow.sound(1)], to: "data/train-00000-of-00002.parquet")
        try folder.write([BeaverTailsVRow.sound(3)], to: "data/train-old.parquet")
        #expect(try questions(BeaverTailsVDataset.load(folder.url)) == ["Question 1?", "Question 2?"])
    }

    @Test("gives any row by its index across files and row groups, from a cache of any size", arguments: [0, 1 << 20])
    func randomAccess(cacheBytes: Int) throws {
        let schema = ParquetSchema(BeaverTailsVRow.columns)
        for (part, first) in [0, 10].enumerated() {
            let url = folder.file("train-0000\(part)-of-00002.parquet")
            let writer = try ParquetWriter(url: url, schema: schema, groupRows: 3)
            for number in first..<first + 10 { try writer.append(BeaverTailsVRow.sound(number).cells) }
            try writer.close()
        }
        var limits = ReadingLimits()
        limits.cacheBytes = cacheBytes
        let dataset = try BeaverTailsVDataset.load(folder.url, limits: limits)
        for index in [19, 0, 7, 10, 9, 0, 13, 2] {
            #expect(try dataset.sample(at: index).prompt.text == "Question \(index)?")
            #expect(dataset.position(at: index).row == index % 10)
        }
    }

    @Test("may be read by several tasks at a time")
    func concurrentReading() async throws {
        try folder.write((0..<200).map { .sound($0) } as [BeaverTailsVRow], to: "train.parquet")
        let dataset = try BeaverTailsVDataset.load(folder.url)
        let areRight = try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    try (0..<50).allSatisfy { step in
                        let index = (step * 67 + task * 25) % 200
                        return try dataset.sample(at: index).prompt.text == "Question \(index)?"
                    }
                }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(areRight)
    }

    @Test("a bad row stops with its error, or is passed over without losing the others")
    func badRows() throws {
        var rows = (0..<5).map { BeaverTailsVRow.sound($0) }
        rows[2].saferResponseID = "0"
        try folder.write(rows, to: "train.parquet")
        let dataset = try BeaverTailsVDataset.load(folder.url)
        #expect(throws: RowError.self) { try dataset.forEachSample { _ in } }
        var seen: [String] = []
        let errors = try dataset.forEachSample(badRows: .skip) { seen.append($0.prompt.text) }
        #expect(seen == ["Question 0?", "Question 1?", "Question 3?", "Question 4?"])
        #expect(errors.map(\.position.row) == [2])

        let sound = try dataset.soundRows()
        #expect(sound.errors == errors)
        #expect(try questions(sound.rows) == seen)
        #expect(sound.rows.position(at: 2).row == 3)
    }

    @Test("keeps the same question about another picture, drops it about the same one")
    func distinctPrompts() throws {
        let same = { (number: Int) in BeaverTailsVRow.sound(number).with { $0.question = "What is this?" } }
        try folder.write([same(1), same(2), same(1), .sound(1)], to: "train.parquet")
        let dataset = try BeaverTailsVDataset.load(folder.url).distinctPrompts()
        #expect(dataset.indices.map { dataset.position(at: $0).row } == [0, 1, 3])
    }

    @Test("finds the splits that are there, damaged or not")
    func splits() throws {
        #expect(DatasetLayout.splits(at: folder.url).isEmpty)
        #expect(DatasetLayout.splits(at: folder.file("none.parquet")).isEmpty)
        try folder.write("not Parquet", to: "data/animal_abuse/evaluation.parquet")
        #expect(DatasetLayout.splits(at: folder.url) == [.evaluation])
        try folder.write([BeaverTailsVRow.sound()], to: "data/sexual_crimes/train.parquet")
        #expect(DatasetLayout.splits(at: folder.url) == [.train, .evaluation])
        #expect(DatasetLayout.splits(at: folder.file("data/sexual_crimes/train.parquet")) == [.train])
    }

    @Test("says what was looked for where nothing is")
    func nothing() throws {
        #expect(
            throws: DatasetError.notFound(
                path: folder.url.path,
                lookedFor: ["data/<category>/train.parquet", "train.parquet", "train.jsonl"])
        ) { try BeaverTailsVDataset.load(folder.url) }
        #expect(throws: DatasetError.self) { try BeaverTailsVDataset.load(folder.file("none.parquet")) }
        try folder.write("", to: "rows.csv")
        #expect(throws: DatasetError.unknownFormat(file: folder.file("rows.csv").path)) {
            try BeaverTailsVDataset.load(folder.file("rows.csv"))
        }
    }

    @Test("tells the two data sets of one name apart", arguments: ["train.parquet", "train.jsonl"])
    func forms(name: String) throws {
        let row = QuestionAnswerRow(
            question: "Q", image: picture(1), category: "sexual_crimes", imageSeverity: 0, response: "A",
            isResponseSafe: "yes")
        try folder.write([row], to: name)
        try folder.write([BeaverTailsVRow.sound()], to: "pairs/\(name)")
        #expect(try DatasetForm.detect(folder.url) == .questionAnswer)
        #expect(try DatasetForm.detect(folder.file("pairs")) == .pairwise)
        if name.hasSuffix("parquet") {
            #expect(
                throws: DatasetError.otherForm(
                    file: folder.file(name).path, found: "question–answer", expected: "pairwise")
            ) { try BeaverTailsVDataset.load(folder.url) }
        }
    }

    @Test("a Parquet file without a needed column is refused when it is opened")
    func missingColumn() throws {
        let columns = BeaverTailsVRow.columns.filter { $0.name != "safer_response_id" }
        let url = folder.file("train.parquet")
        try ParquetWriter(url: url, schema: ParquetSchema(columns)).close()
        #expect(
            throws: ParquetError.missingColumn(
                file: url.path, column: "safer_response_id", present: columns.map(\.name))
        ) { try BeaverTailsVDataset.load(folder.url) }
    }

    @Test("reads what the datasets library wrote")
    func golden() throws {
        let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/parquet/pairs.parquet")
        let dataset = try BeaverTailsVDataset.load(golden)
        let samples = try dataset.indices.map { try dataset.sample(at: $0) }
        #expect(samples.map(\.moreHelpful) == [.first, .second, .first])
        #expect(samples.map(\.safer) == [.second, .first, .first])
        #expect(samples.map(\.responses.first.harmlessRate) == [-2, 0, -1])
        #expect(samples.map(\.responses.second.severity) == [.safe, .safe, .severe])
        #expect(samples.map(\.imageSeverity) == [0, 1, 2])
        #expect(samples[1].responses.second.text == "Second answer 1.")
    }
}

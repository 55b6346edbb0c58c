import Conversations
import DataAudits
import Foundation
import ImageProcessing
import PreferenceData
import Testing

@Suite("Audit and split")
struct DataAuditTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func datasets(_ train: [QuestionAnswerRow], _ evaluation: [QuestionAnswerRow]) throws -> [QuestionAnswerDataset] {
        try RowWriter.write(train, to: folder.file("train.parquet"))
        try RowWriter.write(evaluation, to: folder.file("evaluation.parquet"))
        return try Split.allCases.map { try QuestionAnswerDataset.load(folder.url, split: $0) }
    }

    /// The same pixels in other bytes: a chunk of text after the header of a PNG file changes no pixel.
    private func otherFile(_ png: [UInt8]) -> [UInt8] {
        // Length 3, "tEXt", "a\0b", and the chunk's CRC-32.
        let chunk: [UInt8] = [0, 0, 0, 3] + Array("tEXta\0b".utf8) + [0xDC, 0x49, 0xA2, 0x3B]
        return Array(png[..<33]) + chunk + Array(png[33...])
    }

    @Test("finds the planted leaks: the same file, the same pixels, a near picture; and nothing else")
    func leaks() throws {
        let (a, b, c) = (try scene(1).encodedPNG(), try scene(2).encodedPNG(), try scene(3).encodedPNG())
        let audit = try DataAudit(
            datasets(
                [row(a), row(otherFile(b)), row(try scene(3).encodedJPEG(quality: 60)), row(try scene(4).encodedPNG()), row(a, "Again?")],
                [row(a, "Which?"), row(b), row(c), row(try scene(5).encodedPNG())]))
        #expect(audit.leaks.map(\.kind) == [.sameFile, .sameFile, .samePixels, .near])
        #expect(audit.leaks.map(\.training.position.row) == [0, 4, 1, 2])
        #expect(audit.leaks.map(\.evaluation.position.row) == [0, 0, 1, 2])
        #expect(audit.samePixelsCount == 1 && audit.nearCount == 1 && audit.repeatedFileCount == 1)
        #expect(audit.rowCount == 9 && audit.pictureCount == 7)
        #expect("\(audit)".contains("4 training rows show pictures of the evaluation split: 2 same file, 1 same pixels in another file, 1 near"))
        #expect(audit.languages["question"] == ["English": 7, "undecided": 2])
    }

    @Test("tells what cannot be decoded, and compares pictures of one colour by their pixels")
    func oddPictures() throws {
        let audit = try DataAudit(datasets([row([1, 2, 3]), row(try flat(9).encodedPNG())], [row(try flat(200).encodedPNG()), row(otherFile(try flat(9).encodedPNG()))]))
        #expect(audit.undecodable.count == 1 && audit.undecodable[0].hasPrefix("train: train.parquet, row 0"))
        #expect(audit.leaks.map(\.kind) == [.samePixels])
    }

    @Test("a split shares no picture, reaches its share, and depends on the seed alone")
    func split() throws {
        var rows: [QuestionAnswerRow] = []
        for number in 0..<20 {
            let category = number < 10 ? "animal_abuse" : "false_information"
            rows.append(row(try scene(number).encodedPNG(), "First?", category: category))
            rows.append(row(try scene(number).encodedJPEG(quality: 70), "Second?", category: category))
        }
        let other = row(try scene(50).encodedPNG(), category: "horror_and_gore")
        let sets = try datasets(rows, [other])
        let counts = try DataSplit(evaluationShare: 0.3, seed: 4).write(sets, .questionAnswer, to: folder.file("a"))
        #expect(counts == [.train: 41 - 12, .evaluation: 12])
        let parts = try Split.allCases.map { try QuestionAnswerDataset.load(folder.file("a"), split: $0) }
        #expect(try DataAudit(parts).leaks.isEmpty)
        #expect(try DataStatistics([parts[1]]).rowCounts.mapValues { $0[.evaluation] ?? 0 } == [.animalAbuse: 6, .falseInformation: 6])
        // The order of rows does not matter, the seed does.
        let turned = try datasets([other] + rows.reversed(), [])
        _ = try DataSplit(evaluationShare: 0.3, seed: 4).write(turned, .questionAnswer, to: folder.file("b"))
        _ = try DataSplit(evaluationShare: 0.3, seed: 5).write(turned, .questionAnswer, to: folder.file("c"))
        #expect(try pictures("b") == pictures("a"))
        #expect(try pictures("c") != pictures("a"))
        #expect(try DatasetCard.find(for: folder.file("a")).isTestOnly == false)
    }

    @Test("a split keeps what rows have beyond the published columns")
    func softLabels() throws {
        let rows = try (0..<4).map { number in
            BeaverTailsVRow(
                question: "Q", image: EncodedImage(bytes: try scene(number).encodedPNG()), category: "animal_abuse", imageSeverity: 0,
                responses: Pair("A", "B"), sources: Pair("a", "b"), moreHelpfulResponseID: "1", areResponsesSafe: Pair("yes", "no"),
                saferResponseID: "1", harmlessRates: Pair(0, -1), helpfulRates: Pair(1, 0),
                softLabels: SoftLabels(firstSafer: number == 3 ? 0.75 : nil))
        }
        try RowWriter.write(rows, to: folder.file("train.parquet"), withOptionalColumns: true)
        _ = try DataSplit(evaluationShare: 0.5, seed: 1).write([BeaverTailsVDataset.load(folder.url, split: .train)], .pairwise, to: folder.file("out"))
        let parts = try Split.allCases.map { try BeaverTailsVDataset.load(folder.file("out"), split: $0) }
        #expect(parts.map(\.count) == [2, 2])
        #expect(try parts.flatMap { part in try part.indices.map { try part.row(at: $0).softLabels.firstSafer } }.compactMap { $0 } == [0.75])
    }

    private func pictures(_ name: String) throws -> Set<String> {
        let dataset = try QuestionAnswerDataset.load(folder.file(name), split: .evaluation)
        return Set(try dataset.indices.map { PictureStore.digest(of: try dataset.row(at: $0).image.bytes) })
    }

    @Test("a card counts, keeps its head, and marks what it is for")
    func card() throws {
        var card = DatasetCard()
        (card.license, card.isTestOnly, card.assumedLabels) = ("cc-by-4.0: a 'test'\n---", true, ["safer_response_id"])
        let text = try AuditedCard(
            title: "Ours", card: card, form: .questionAnswer, datasets([row(try scene(1).encodedPNG())], [row(try scene(2).encodedPNG())])
        ).markdown
        let read = DatasetCard(parsing: text)
        #expect(read.isTestOnly && read.license == "cc-by-4.0: a test ---" && read.assumedLabels == ["safer_response_id"])
        #expect(text.contains("| train | 1 |\n| evaluation | 1 |") && text.contains("| animal_abuse | 2 |"))
        #expect(text.contains("leakage    0 training rows"))
    }
}

import Conversations
import DataFormats
import Foundation
import ImageProcessing
import PreferenceData

/// A new folder that is removed with the value's last reference.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "data-formats-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ path: String) -> URL { url.appending(path: path) }

    func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    func write(_ bytes: [UInt8], to path: String) throws {
        try FileManager.default.createDirectory(at: file(path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file(path))
    }

    func text(_ path: String) throws -> String { try String(contentsOf: file(path), encoding: .utf8) }

    func write<Row: StoredRow>(_ rows: [Row], to path: String) throws {
        try FileManager.default.createDirectory(at: file(path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try RowWriter.write(rows, to: file(path))
    }
}

/// A real picture of one colour, which differs by number.
func png(_ number: UInt8) -> [UInt8] {
    let pixels = (0..<16).flatMap { _ -> [UInt8] in [number, 100, 200] }
    return (try? Image(width: 4, height: 4, pixels: pixels).encodedPNG()) ?? []
}

func pairRow(_ number: UInt8, category: String = "animal_abuse") -> BeaverTailsVRow {
    BeaverTailsVRow(
        question: "What is in picture \(number), \"exactly\"?\nSay it – please.", image: EncodedImage(bytes: png(number)),
        category: category, imageSeverity: Int(number % 4), responses: Pair("First \(number).", "Second <b>\(number)</b>."),
        sources: Pair("model-a", "model-b"), moreHelpfulResponseID: number % 2 == 0 ? "1" : "2",
        areResponsesSafe: Pair("no", "yes"), saferResponseID: "2", harmlessRates: Pair(-2, 1),
        helpfulRates: number % 2 == 0 ? Pair(3, 1) : Pair(0, 2))
}

func answerRow(_ number: UInt8) -> QuestionAnswerRow {
    QuestionAnswerRow(
        question: "What is it, \(number)?", image: EncodedImage(bytes: png(number)), category: "privacy_invasion_and_surveillance",
        imageSeverity: 1, response: "Nothing – \(number)", isResponseSafe: number % 2 == 0 ? "yes" : "no")
}

extension BeaverTailsVRow {
    /// Without the picture's name, which no export keeps.
    var unnamed: BeaverTailsVRow {
        var row = self
        row.image.path = nil
        return row
    }
}

extension QuestionAnswerRow {
    var unnamed: QuestionAnswerRow {
        var row = self
        row.image.path = nil
        return row
    }
}

/// Imports one file or folder and gives the rows of a split.
func imported<Row: StoredRow>(
    _ row: Row.Type, _ source: URL, _ format: DataFormat, in folder: TemporaryFolder, split: Split = .train,
    _ change: (inout ImportSettings) -> Void = { _ in }
) throws -> [Row] {
    var settings = ImportSettings(format: format)
    change(&settings)
    let target = folder.file("imported-\(UUID().uuidString)")
    _ = try DataImport(source, settings).write(to: target)
    let dataset = try StoredDataset<Row>.load(target, split: split)
    return try dataset.indices.map { try dataset.row(at: $0) }
}

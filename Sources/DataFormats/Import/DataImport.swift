import Conversations
import DurableFiles
public import Foundation
import Parquet
import PreferenceData
import StrictJSON

/// Reads a data set of another format and writes it in ours, record by record: memory holds one row group of the source
/// and one of each file written, however large the set is.
///
/// The result is a folder of `train.parquet` and `evaluation.parquet` (or the published layout), a card, and, if asked
/// for, the quarantine. It appears whole when everything is written, or not at all.
public struct DataImport {
    private let settings: ImportSettings
    private let files: [RecordFile]
    private let source: DatasetCard

    /// Finds the files. Throws `DatasetError` when there are none.
    public init(_ url: URL, _ settings: ImportSettings) throws {
        self.settings = settings
        files = try RecordFile.find(url, settings.format, split: settings.split)
        source = try DatasetCard.find(for: url)
    }

    /// Imports into a folder that must not exist yet.
    public func write(to folder: URL) throws -> ImportReport {
        var report = ImportReport()
        try DurableFiles.createDirectory(at: folder.deletingLastPathComponent())
        try DurableFiles.publishDirectory(at: folder) { temporary in
            switch settings.targetForm {
            case .pairwise: report = try fill(temporary) { maker, row, pictures, position throws(RowError) in [try maker.pair(row, pictures, at: position)] }
            case .questionAnswer: report = try fill(temporary) { maker, row, pictures, position throws(RowError) in try maker.answers(row, pictures, at: position) }
            case .prompts: report = try fill(temporary) { maker, row, pictures, position throws(RowError) in [try maker.prompt(row, pictures, at: position)] }
            }
            try DurableFiles.write(card(report), to: temporary.appending(path: "README.md"))
        }
        return report
    }

    private typealias Making<Row> = (inout RowMaker, ExchangeRow, PictureFolder, RowPosition) throws(RowError) -> [Row]

    private func fill<Row: CategorisedRow>(_ folder: URL, _ make: Making<Row>) throws -> ImportReport {
        var report = ImportReport()
        var maker = RowMaker(settings)
        let writers = SplitWriters<Row>(folder, isByCategory: settings.isByCategory)
        let quarantine = settings.onError == .quarantine ? try DurableFile(replacing: folder.appending(path: "quarantine.jsonl")) : nil
        for file in files {
            var count = 0
            let pictures = PictureFolder(
                url: settings.pictures ?? file.url.deletingLastPathComponent(), maximumBytes: settings.limits.pictureBytes)
            do {
                try file.forEachRecord(isKeyed: settings.format.isKeyed) { record in
                    count += 1
                    switch record.flatMap({ made($0, pictures, &maker, make) }) {
                    case .success(let rows): try writers.append(rows, file.split, &report)
                    case .failure(let error):
                        guard settings.onError != .stop else { throw error }
                        report.leftOut[.init(kind: error.kind, column: error.column), default: 0] += 1
                        try quarantine?.write(Self.line(error, try? record.get()))
                    }
                }
            } catch where settings.onError != .stop && Self.isOfFile(error) {
                report.brokenFiles.append("\(error)")
            }
            report.recordCounts.append((file.name, count))
        }
        try writers.close()
        try quarantine?.commit()
        report.filled = maker.filled
        report.blankPictureCount = maker.blankPictureCount
        return report
    }

    /// All rows of a record or none; only then what was filled in counts.
    private func made<Row>(
        _ record: SourceRecord, _ pictures: PictureFolder, _ maker: inout RowMaker, _ make: Making<Row>
    ) -> Result<[Row], RowError> {
        Result { () throws(RowError) in
            var attempt = maker
            var rows: [Row] = []
            for row in try settings.format.rows(record, settings) {
                rows += try make(&attempt, row, pictures, record.position)
            }
            maker = attempt
            return rows
        }
    }

    /// Whether the error says that a source file is broken, and not that writing failed.
    private static func isOfFile(_ error: any Error) -> Bool {
        switch error {
        case ParquetError.malformed, ParquetError.overLimit, ParquetError.unreadable, DatasetError.unreadable: true
        default: false
        }
    }

    /// A quarantined record: where it was, why it is here, and what it held, pictures inside of the file apart.
    private static func line(_ error: RowError, _ record: SourceRecord?) -> String {
        let line: JSONValue = [
            "file": .string(error.position.file), "row": .integer(Int64(error.position.row)), "column": .string(error.column),
            "kind": .string(error.kind.rawValue), "found": .string(error.found), "expected": .string(error.expected),
            "record": record.map { .object($0.members) } ?? .null,
        ]
        return line.serialized() + "\n"
    }

    private func card(_ report: ImportReport) -> String {
        var card = DatasetCard()
        card.license = settings.license ?? source.license
        card.isTestOnly = settings.isTestOnly || settings.format.isTestOnly || source.isTestOnly
        card.assumedLabels = Set(report.filled.keys).union(source.assumedLabels(in: settings.targetForm)).sorted()
        let notes = ["Imported from the format `\(settings.format.rawValue)`.", "```text\n\(report)\n```"]
        return CardText(
            title: "Imported data", form: settings.targetForm, card: card, splits: report.rowCounts,
            categories: report.categoryCounts, sections: [("Import", notes.joined(separator: "\n\n"))]
        ).markdown
    }
}

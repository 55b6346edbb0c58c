import DurableFiles
import Foundation
import PreferenceData

/// A row that knows its category.
protocol CategorisedRow: StoredRow {
    var category: String { get }
}

extension BeaverTailsVRow: CategorisedRow {}
extension QuestionAnswerRow: CategorisedRow {}
extension PromptRow: CategorisedRow {}

/// The files that an import writes, each opened when its first row comes.
final class SplitWriters<Row: CategorisedRow> {
    private let folder: URL
    private let isByCategory: Bool
    private var writers: [String: RowWriter<Row>] = [:]

    /// - Parameter isByCategory: the published layout instead of one file a split.
    init(_ folder: URL, isByCategory: Bool) {
        self.folder = folder
        self.isByCategory = isByCategory
    }

    func append(_ rows: [Row], _ split: Split, _ report: inout ImportReport) throws {
        for row in rows {
            let name = isByCategory ? "data/\(row.category)/\(split.rawValue).parquet" : "\(split.rawValue).parquet"
            try writer(name).append(row)
            report.rowCounts[split, default: 0] += 1
            report.categoryCounts[row.category, default: 0] += 1
        }
    }

    func close() throws {
        for writer in writers.sorted(by: { $0.key < $1.key }) { try writer.value.close() }
    }

    private func writer(_ name: String) throws -> RowWriter<Row> {
        if let writer = writers[name] { return writer }
        let url = folder.appending(path: name)
        try DurableFiles.createDirectory(at: url.deletingLastPathComponent())
        let writer = try RowWriter<Row>(url)
        writers[name] = writer
        return writer
    }
}

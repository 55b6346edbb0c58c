import DurableFiles
public import Foundation
public import PreferenceData
import StrictJSON

/// Writes a data set of ours in another format, row by row: a file for each split, pictures once each beside them, named
/// after their content. The folder appears whole or not at all.
public struct DataExport {
    public var format: DataFormat
    /// Which preference stands as "chosen", in formats that have only one.
    public var preference = ExportPreference.helpfulness
    /// What stands before the path of a picture in Label Studio's tasks.
    public var picturePrefix = "/data/local-files/?d="
    public var onError = ErrorPolicy.stop

    public init(format: DataFormat) { self.format = format }

    /// Exports every split at `url`, a folder or file, into a folder that must not exist yet. Throws `ExportError` for a
    /// form that the format cannot hold.
    public func write(_ url: URL, to folder: URL) throws -> ExportReport {
        let form = Split.allCases.lazy.compactMap { try? DatasetForm.detect(url, split: $0) }.first ?? .pairwise
        guard DataFormat.exports(of: form).contains(format) else { throw ExportError(form: form, format: format) }
        var report = ExportReport()
        try DurableFiles.createDirectory(at: folder.deletingLastPathComponent())
        try DurableFiles.publishDirectory(at: folder) { temporary in
            switch form {
            case .questionAnswer: report = try write(splits(of: url, QuestionAnswerRow.self), to: temporary)
            default: report = try write(splits(of: url, BeaverTailsVRow.self), to: temporary)
            }
        }
        return report
    }

    private func splits<Row>(of url: URL, _ row: Row.Type) throws -> [StoredDataset<Row>] {
        let splits = DatasetLayout.splits(at: url)
        return try (splits.isEmpty ? [.train] : splits).map { try StoredDataset<Row>.load(url, split: $0) }
    }

    private func write<Row: ExportableRow>(_ datasets: [StoredDataset<Row>], to folder: URL) throws -> ExportReport {
        var report = ExportReport()
        var info = JSONObject()
        for dataset in datasets {
            let sink = try makeSink(Row.self, folder, dataset.split)
            try dataset.forEachRow { row, position in
                switch row.flatMap({ checked($0, position) }) {
                case .success(let row):
                    try sink.append(row)
                    report.rowCounts[dataset.split, default: 0] += 1
                case .failure(let error):
                    guard onError != .stop else { throw error }
                    report.leftOut.append(error)
                }
            }
            try sink.close()
            if let entry = sink.datasetInfo { info[dataset.split.rawValue] = entry }
        }
        if !info.isEmpty { try DurableFiles.write(JSONValue.object(info).serialized(pretty: true) + "\n", to: folder.appending(path: "dataset_info.json")) }
        if format == .labelStudio { try DurableFiles.write(LabelStudio.configuration(Row.datasetForm), to: folder.appending(path: "labeling.xml")) }
        var card = datasets.first?.card ?? DatasetCard()
        card.assumedLabels = card.assumedLabels(in: format == .questionAnswer ? .questionAnswer : Row.datasetForm).sorted()
        try DurableFiles.write(
            CardText(title: "Exported data", form: Row.datasetForm, card: card, splits: report.rowCounts, categories: [:]).markdown,
            to: folder.appending(path: "README.md"))
        return report
    }

    /// A row that is sound, and whose question does not itself hold the mark that stands for pictures in these formats.
    private func checked<Row: ExportableRow>(_ row: Row, _ position: RowPosition) -> Result<Row, RowError> {
        Result { () throws(RowError) in
            _ = try row.sample(at: position)
            if [.trl, .shareGPT, .msSwift].contains(format), row.question.contains(Dialogue.placeholder) {
                throw RowError(
                    .valueNotAllowed, at: position, column: "question", found: quoted(row.question),
                    expected: "no \(Dialogue.placeholder), which stands for a picture in \(format.rawValue)")
            }
            return row
        }
    }

    private func makeSink<Row: ExportableRow>(_ row: Row.Type, _ folder: URL, _ split: Split) throws -> any ExportSink<Row> {
        switch format {
        case .pairwise: try ParquetSink<Row, Row>(folder, split) { [$0] }
        case .questionAnswer: try ParquetSink<Row, QuestionAnswerRow>(folder, split) { $0.answers }
        default: try JSONSink<Row>(folder, split, self)
        }
    }
}

/// What an export wrote and left out.
public struct ExportReport: Sendable {
    public internal(set) var rowCounts: [Split: Int] = [:]
    /// Rows that cannot be exported, with their reasons.
    public internal(set) var leftOut: [RowError] = []
}

extension ExportReport: CustomStringConvertible {
    public var description: String {
        let splits = Split.allCases.compactMap { split in rowCounts[split].map { "\($0) \(split.rawValue)" } }
        let head = "\(splits.isEmpty ? "no" : splits.joined(separator: " + ")) rows written; \(leftOut.count) left out"
        return ([head] + leftOut.prefix(20).map { "  left out  \($0)" } + (leftOut.count > 20 ? ["  … and \(leftOut.count - 20) more"] : []))
            .joined(separator: "\n")
    }
}

/// A form that a format cannot hold.
public struct ExportError: Error, Sendable, Equatable, CustomStringConvertible {
    public var form: DatasetForm
    public var format: DataFormat

    public var description: String {
        let possible = DataFormat.exports(of: form).map(\.rawValue).joined(separator: ", ")
        return "\(form.rawValue) rows cannot be written as \(format.rawValue); "
            + (possible.isEmpty ? "they can be written as nothing else" : "they can be written as \(possible)")
    }
}

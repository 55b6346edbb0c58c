import DurableFiles
import Foundation
import PreferenceData
import StrictJSON

/// Where exported rows go.
protocol ExportSink<Row> {
    associatedtype Row: ExportableRow

    func append(_ row: Row) throws
    func close() throws
    /// LLaMA-Factory's entry for the file.
    var datasetInfo: JSONValue? { get }
}

/// Our own Parquet, of the same form or another one.
struct ParquetSink<Row: ExportableRow, Stored: StoredRow>: ExportSink {
    private let writer: RowWriter<Stored>
    private let convert: (Row) -> [Stored]

    init(_ folder: URL, _ split: Split, _ convert: @escaping (Row) -> [Stored]) throws {
        writer = try RowWriter(folder.appending(path: "\(split.rawValue).parquet"))
        self.convert = convert
    }

    var datasetInfo: JSONValue? { nil }

    func append(_ row: Row) throws {
        for stored in convert(row) { try writer.append(stored) }
    }

    func close() throws { try writer.close() }
}

extension ExportableRow {
    /// The row's responses, one a row.
    var answers: [QuestionAnswerRow] {
        switch self {
        case let row as QuestionAnswerRow: [row]
        case let row as BeaverTailsVRow:
            Side.allCases.map { side in
                QuestionAnswerRow(
                    question: row.question, image: row.image, category: row.category, imageSeverity: row.imageSeverity,
                    response: row.responses[side], isResponseSafe: row.areResponsesSafe[side])
            }
        default: []
        }
    }
}

/// JSON: lines, or one list where the tool reads only that.
final class JSONSink<Row: ExportableRow>: ExportSink {
    private let export: DataExport
    private let file: DurableFile
    private let name: String
    private let pictures: PictureStore
    private var count = 0

    init(_ folder: URL, _ split: Split, _ export: DataExport) throws {
        self.export = export
        name = "\(split.rawValue).\(export.format.isList ? "json" : "jsonl")"
        file = try DurableFile(replacing: folder.appending(path: name))
        pictures = PictureStore(at: folder.appending(path: "pictures"))
        if export.format.isList { try file.write("[") }
    }

    var datasetInfo: JSONValue? {
        guard export.format == .shareGPT else { return nil }
        return ShareGPT.datasetInfo(file: name, isRanking: Row.datasetForm == .pairwise)
    }

    func append(_ row: Row) throws {
        let text = try JSONValue.object(record(row)).serialized()
        try file.write(export.format.isList ? (count == 0 ? "\n" : ",\n") + text : text + "\n")
        count += 1
    }

    func close() throws {
        if export.format.isList { try file.write("\n]\n") }
        try file.commit()
    }

    private func record(_ row: Row) throws -> JSONObject {
        switch export.format {
        case .labelStudio:
            var data = row.shown
            data["image"] = .string(export.picturePrefix + (try path(row)))
            return LabelStudio.record(data, labels: row.labels)
        case .argilla:
            var fields = row.shown
            for column in fields.keys where column.hasSuffix("_from") { fields[column] = nil }
            fields["image"] = .string(Self.dataAddress(row.picture))
            return Argilla.record(fields, labels: row.labels, id: "\(name.prefix { $0 != "." })-\(count)")
        default:
            let exported = row.exported(picture: try path(row), export.preference)
            var members = export.format == .trl ? TRL.record(exported) : export.format == .shareGPT ? ShareGPT.record(exported) : MSSwift.record(exported)
            members[LabelColumns.member] = .object(exported.labels)
            return members
        }
    }

    private func path(_ row: Row) throws -> String { "\(pictures.folder.lastPathComponent)/\(try pictures.add(row.picture))" }

    private static func dataAddress(_ bytes: [UInt8]) -> String {
        let type = switch PictureKind(bytes) {
        case .jpg: "image/jpeg"
        case .webp: "image/webp"
        default: "image/png"
        }
        return "data:\(type);base64,\(Data(bytes).base64EncodedString())"
    }
}

extension DataFormat {
    /// Whether the tool reads one list of records instead of a record a line.
    fileprivate var isList: Bool { self == .shareGPT || self == .labelStudio || self == .argilla }
}

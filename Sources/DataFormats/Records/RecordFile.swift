import DurableFiles
import Foundation
import Parquet
import PreferenceData
import StrictJSON

/// One file of a foreign data set and the split that its rows belong to.
struct RecordFile {
    let url: URL
    /// The file as positions name it: its path inside the folder that is imported.
    let name: String
    let split: Split

    /// Hands over every record in order, or why it cannot be read. A file that cannot be read throws.
    func forEachRecord(isKeyed: Bool, _ body: (Result<SourceRecord, RowError>) throws -> Void) throws {
        switch url.pathExtension.lowercased() {
        case "parquet": try forEachParquetRow(body)
        default: try forEachElement(isKeyed: isKeyed, body)
        }
    }

    /// Columns of types that are not read (lists of numbers, dates) are left out; a reader that needs one says so.
    private func forEachParquetRow(_ body: (Result<SourceRecord, RowError>) throws -> Void) throws {
        let file = try ParquetFile(url: url)
        let columns = file.schema.columns.filter { $0.type != nil }.map(\.name)
        try file.forEachBatch(columns: columns) { batch in
            for offset in 0..<batch.rowCount {
                var record = SourceRecord(at: RowPosition(file: name, row: batch.firstRow + offset), JSONObject())
                for column in columns {
                    guard let cell = batch[column]?[offset] else { continue }
                    record.set(column, cell)
                }
                try body(.success(record))
            }
        }
    }

    private func forEachElement(isKeyed: Bool, _ body: (Result<SourceRecord, RowError>) throws -> Void) throws {
        let limits = JSONLimits.line
        let elements = JSONElements(file: try RandomAccessFile(url), maximumBytes: limits.maximumBytes)
        var row = 0
        try elements.forEach(elements.shape(isKeyed: isKeyed)) { element in
            defer { row += 1 }
            let position = RowPosition(file: name, row: row)
            let members = Result { () throws(RowError) in try rowObject(element.bytes, byteCount: element.byteCount, limits, column: "the record", at: position) }
            try body(members.map { SourceRecord(at: position, key: element.key, $0) })
        }
    }
}

extension SourceRecord {
    fileprivate mutating func set(_ column: String, _ cell: ParquetValue) {
        switch cell {
        case .null: break
        case .string(let text): members[column] = .string(text)
        case .int64(let value): members[column] = .integer(value)
        case .double(let value): members[column] = .number(value)
        case .bool(let value): members[column] = .bool(value)
        case .image(let image): pictures[column] = image
        }
    }
}

// MARK: - Finding the files

extension RecordFile {
    /// The files of a data set: `url` itself, or every `.parquet`, `.jsonl` and `.json` file below it, by name. Hidden
    /// files, and JSON that only describes a data set (`dataset_info.json`), are passed over.
    ///
    /// The split is `wanted`, or what the path says: `test`, `validation`, `val`, `eval` and `evaluation` between signs
    /// mean evaluation, everything else training, but for benchmarks, which are for evaluation.
    static func find(_ url: URL, _ format: DataFormat, split wanted: Split?) throws -> [RecordFile] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw DatasetError.notFound(path: url.path, lookedFor: ["a file or a folder of this name"])
        }
        let names = isFolder.boolValue ? try names(in: url) : [url.lastPathComponent]
        let base = isFolder.boolValue ? url : url.deletingLastPathComponent()
        guard !names.isEmpty else {
            throw DatasetError.notFound(path: url.path, lookedFor: ["*.parquet", "*.jsonl", "*.json"])
        }
        return names.map { name in
            RecordFile(
                url: base.appending(path: name), name: name,
                split: wanted ?? (format.isTestOnly ? .evaluation : split(of: name)))
        }
    }

    private static func names(in folder: URL) throws -> [String] {
        guard let files = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        return files.compactMap { $0 as? String }.filter { name in
            let parts = name.split(separator: "/")
            let isHidden = parts.contains { $0.hasPrefix(".") }
            let isRows = ["parquet", "jsonl", "json"].contains((name as NSString).pathExtension.lowercased())
            return isRows && !isHidden && parts.last != "dataset_info.json" && parts.last != "dataset_infos.json"
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func split(of name: String) -> Split {
        let words = name.lowercased().split { !$0.isLetter }
        let evaluation: Set<Substring> = ["test", "validation", "val", "eval", "evaluation"]
        return words.contains(where: evaluation.contains) ? .evaluation : .train
    }
}

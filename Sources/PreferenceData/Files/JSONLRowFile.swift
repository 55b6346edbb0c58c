import Foundation
import Parquet
import StrictJSON

/// Rows in a JSONL file: a JSON object a line, its members the columns, a picture as the path of its file. A group is
/// some consecutive lines.
final class JSONLRowFile: RowFile {
    let name: String
    let groups: [Int]
    private let lines: LineFile
    private let types: [String: ColumnType]
    private let pictures: PictureFolder

    private static let groupSize = 32

    init(_ url: URL, name: String, columns: [ParquetColumn], pictures: PictureFolder) throws {
        self.name = name
        self.pictures = pictures
        types = Dictionary(columns.compactMap { column in column.type.map { (column.name, $0) } }) { first, _ in first }
        lines = try LineFile(url, maximumBytes: JSONLimits.line.maximumBytes)
        groups = stride(from: 0, to: lines.count, by: Self.groupSize).map { [lines] first in
            min(Self.groupSize, lines.count - first)
        }
    }

    func records(ofGroup group: Int, columns: [String]) throws -> [Result<StoredRecord, RowError>] {
        try (0..<groups[group]).map { offset in
            let row = group * Self.groupSize + offset
            let line = try lines.line(row)
            return Result { () throws(RowError) in
                try record(line, at: RowPosition(file: name, row: row), columns: columns)
            }
        }
    }

    private func record(
        _ line: LineFile.Line, at position: RowPosition, columns: [String]
    ) throws(RowError) -> StoredRecord {
        let members = try object(line, at: position)
        var cells: [String: ParquetValue] = [:]
        for column in columns {
            cells[column] = try cell(members[column] ?? .null, of: column, at: position)
        }
        return StoredRecord(at: position, cells: cells)
    }

    private func object(_ line: LineFile.Line, at position: RowPosition) throws(RowError) -> JSONObject {
        switch line {
        case .tooLong(let count): try rowObject(nil, byteCount: count, .line, column: "the line", at: position)
        case .bytes(let bytes): try rowObject(bytes, byteCount: bytes.count, .line, column: "the line", at: position)
        }
    }

    /// A member as the cell of its column: numbers and words as they are, the path of a picture as the picture.
    private func cell(
        _ value: JSONValue, of column: String, at position: RowPosition
    ) throws(RowError) -> ParquetValue {
        if types[column] == .image, let path = value.string ?? value["path"]?.string {
            return .image(try pictures.read(path, column: column, at: position))
        }
        switch value {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .int64(value)
        case .number(let value): return .double(value)
        case .string(let text): return .string(text)
        case .array, .object:
            throw RowError(
                .wrongType, at: position, column: column, found: "JSON of kind \(value.kind)",
                expected: types[column] == .image ? "the path of a picture file" : "text or a number")
        }
    }
}

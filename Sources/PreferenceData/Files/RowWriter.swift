import DurableFiles
public import Foundation
import Parquet
import StrictJSON

/// Writes rows of one form to a file, which appears, complete, when `close` returns. The format is the one that the
/// file's name says: Parquet with the pictures inside, or JSONL with the pictures as files in a folder beside it.
public final class RowWriter<Row: StoredRow> {
    private enum Backend {
        case parquet(ParquetWriter)
        case jsonl(DurableFile, PictureStore)
    }

    private let backend: Backend
    private let withOptionalColumns: Bool

    /// - Parameters:
    ///   - url: ends in `.parquet` or `.jsonl`; its folder must exist.
    ///   - withOptionalColumns: writes the columns that the published form does not have, too; in JSONL where they have a
    ///     value.
    public init(_ url: URL, withOptionalColumns: Bool = false) throws {
        self.withOptionalColumns = withOptionalColumns
        let columns = withOptionalColumns ? Row.readColumns : Row.columns
        switch RowFileFormat(of: url) {
        case .parquet:
            // A row group is what reading one row by its index costs, so there are few rows in it.
            backend = .parquet(try ParquetWriter(url: url, schema: ParquetSchema(columns), groupRows: 100))
        case .jsonl: backend = .jsonl(try DurableFile(replacing: url), PictureStore(beside: url))
        case nil: throw DatasetError.unknownFormat(file: url.path)
        }
    }

    public func append(_ row: Row) throws {
        switch backend {
        case .parquet(let writer): try writer.append(row.cells + (withOptionalColumns ? row.optionalCells : []))
        case .jsonl(let file, let pictures): try file.write(try line(row, pictures))
        }
    }

    /// Puts the file under its name. Nothing may be appended afterwards.
    public func close() throws {
        switch backend {
        case .parquet(let writer): try writer.close()
        case .jsonl(let file, _): try file.commit()
        }
    }

    private func line(_ row: Row, _ pictures: PictureStore) throws -> String {
        var members = JSONObject()
        for (column, cell) in zip(Row.columns, row.cells) {
            members[column.name] =
                switch cell {
                case .null: .null
                case .string(let text): .string(text)
                case .int64(let value): .integer(value)
                case .double(let value): .number(value)
                case .bool(let value): .bool(value)
                case .image(let image): .string(pictures.folder.lastPathComponent + "/" + (try pictures.add(image.bytes ?? [])))
                }
        }
        if withOptionalColumns {
            for case (let column, .double(let value)) in zip(Row.optionalColumns, row.optionalCells) {
                members[column.name] = .number(value)
            }
        }
        return JSONValue.object(members).serialized() + "\n"
    }
}

extension RowWriter {
    /// Writes a whole file of rows.
    public static func write(_ rows: some Sequence<Row>, to url: URL, withOptionalColumns: Bool = false) throws {
        let writer = try RowWriter(url, withOptionalColumns: withOptionalColumns)
        for row in rows { try writer.append(row) }
        try writer.close()
    }
}

import DurableFiles
public import Foundation
import Parquet
import StrictJSON

/// Writes rows of one form to a file, which appears, complete, when `close` returns. The format is the one that the
/// file's name says: Parquet with the pictures inside, or JSONL with the pictures as files in a folder beside it.
public final class RowWriter<Row: StoredRow> {
    private enum Backend {
        case parquet(ParquetWriter)
        case jsonl(DurableFile, PictureFiles)
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
        case .jsonl: backend = .jsonl(try DurableFile(replacing: url), PictureFiles(beside: url))
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

    private func line(_ row: Row, _ pictures: PictureFiles) throws -> String {
        var members = JSONObject()
        for (column, cell) in zip(Row.columns, row.cells) {
            members[column.name] =
                switch cell {
                case .null: .null
                case .string(let text): .string(text)
                case .int64(let value): .integer(value)
                case .double(let value): .number(value)
                case .bool(let value): .bool(value)
                case .image(let image): .string(try pictures.write(image.bytes ?? []))
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

/// The pictures beside a JSONL file, each once, named after its bytes.
private struct PictureFiles {
    let folder: URL

    /// `train.jsonl` keeps its pictures in `train-pictures`.
    init(beside url: URL) {
        folder = url.deletingPathExtension().deletingLastPathComponent()
            .appending(path: url.deletingPathExtension().lastPathComponent + "-pictures")
    }

    /// Writes the picture unless it is there, and gives its path as a row names it.
    func write(_ bytes: [UInt8]) throws -> String {
        let digest = ContentDigest(of: [bytes]).description.prefix(32)
        let name = "\(digest).\(PictureKind(bytes)?.rawValue ?? "bin")"
        let url = folder.appending(path: name)
        if !FileManager.default.fileExists(atPath: url.path) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try DurableFiles.write(bytes, to: url)
        }
        return "\(folder.lastPathComponent)/\(name)"
    }
}

/// The kind of a picture file by its first bytes; the raw value is the file extension.
enum PictureKind: String {
    case png, jpg, webp

    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpg
        } else if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else {
            return nil
        }
    }
}

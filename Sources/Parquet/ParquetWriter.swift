import CArrow
import DurableFiles
public import Foundation

/// Writes a Parquet file row by row, zstd-compressed, with page checksums. The file appears under its name, complete,
/// when `close` returns; until then, and for good when `close` is never reached, an older file stays as it was.
public final class ParquetWriter {
    public let url: URL
    public let schema: ParquetSchema

    /// A row group ends when its cells reach this many bytes …
    private let groupBytes: Int
    /// … or it has this many rows.
    private let groupRows: Int
    private var rows: [[ParquetValue]] = []
    private var bufferedBytes = 0
    private let sink: FileSink
    private let handle: OpaquePointer

    /// - Parameter huggingFaceFeatures: writes the metadata that makes the `datasets` library show image columns as
    ///   pictures.
    /// - Parameter groupBytes: a row group holds at most about this many bytes: 64 MiB, one picture's error apart.
    public init(
        url: URL, schema: ParquetSchema, huggingFaceFeatures: Bool = true, groupBytes: Int = 64 << 20,
        groupRows: Int = 1000
    ) throws {
        self.url = url
        self.schema = schema
        self.groupBytes = groupBytes
        self.groupRows = groupRows
        sink = FileSink(try DurableFile(replacing: url))
        handle = try Self.open(url, schema, sink, huggingFaceFeatures ? HuggingFaceFeatures.json(schema) : nil)
    }

    deinit { carrow_writer_close(handle) }

    /// Adds a row: one cell for every column of the schema, in its order.
    public func append(_ row: [ParquetValue]) throws {
        try check(row)
        rows.append(row)
        bufferedBytes += row.reduce(0) { $0 + $1.byteCount }
        if rows.count >= groupRows || bufferedBytes >= groupBytes { try writeRowGroup() }
    }

    /// Writes what is left and the footer, and puts the file under its name. Nothing may be appended afterwards.
    public func close() throws {
        if !rows.isEmpty { try writeRowGroup() }
        var error = carrow_error()
        guard carrow_writer_finish(handle, &error) else { throw failure(error) }
        try sink.file.commit()
    }

    private func writeRowGroup() throws {
        let buffers = schema.columns.enumerated().map { index, column in
            ColumnBuffer(rows.map { $0[index] }, type: column.type ?? .string)
        }
        var error = carrow_error()
        let written = withExtendedLifetime(buffers) {
            carrow_write_row_group(handle, buffers.map(\.column), Int64(rows.count), &error)
        }
        guard written else { throw failure(error) }
        rows.removeAll(keepingCapacity: true)
        bufferedBytes = 0
    }

    private func check(_ row: [ParquetValue]) throws(ParquetError) {
        guard row.count == schema.columns.count else {
            throw .unfitRow(
                file: url.path, column: schema.columns.dropFirst(row.count).first?.name ?? "",
                found: "\(row.count) cells", expected: "\(schema.columns.count) cells a row")
        }
        for (cell, column) in zip(row, schema.columns) where !(cell == .null && column.isNullable) {
            guard cell.type == column.type else {
                throw .unfitRow(
                    file: url.path, column: column.name, found: cell.type?.description ?? "null",
                    expected: column.storedType)
            }
        }
    }

    /// The file's own failure explains more than Arrow's report that a write failed.
    private func failure(_ error: carrow_error) -> any Error {
        let reported = ParquetError(error, file: url.path, rowGroup: nil)
        return sink.failure ?? reported
    }
}

/// Where the shim's bytes go.
private final class FileSink {
    let file: DurableFile
    private(set) var failure: FileError?

    init(_ file: DurableFile) { self.file = file }

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(FileError) {
            try file.write(bytes)
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Unowned: the writer keeps the sink for as long as it keeps the shim's handle.
    var shim: carrow_sink {
        carrow_sink(context: Unmanaged.passUnretained(self).toOpaque()) { context, data, length in
            guard let context else { return false }
            let sink = Unmanaged<FileSink>.fromOpaque(context).takeUnretainedValue()
            return sink.write(UnsafeRawBufferPointer(start: data, count: Int(clamping: length)))
        }
    }
}

extension ParquetWriter {
    private static func open(
        _ url: URL, _ schema: ParquetSchema, _ sink: FileSink, _ features: String?
    ) throws(ParquetError) -> OpaquePointer {
        for column in schema.columns where column.type == nil {
            let writable = ColumnType.allCases.map(\.description).joined(separator: ", ")
            throw .wrongType(
                file: url.path, column: column.name, found: column.storedType, expected: "one of \(writable)")
        }
        let names = schema.columns.map { strdup($0.name) }
        defer { names.forEach { free($0) } }
        let fields = zip(schema.columns, names).map { column, name in
            carrow_field(name: name, type: column.type?.code ?? 0, nullable: column.isNullable)
        }
        var error = carrow_error()
        guard let handle = carrow_writer_open(sink.shim, fields, Int32(clamping: fields.count), features, &error) else {
            throw ParquetError(error, file: url.path, rowGroup: nil)
        }
        return handle
    }
}

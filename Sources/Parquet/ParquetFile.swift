import CArrow
public import Foundation

/// A Parquet file opened for reading. Only its footer is read at first; rows are decoded row group by row group, in
/// batches, and only the columns asked for.
///
/// Not for concurrent use: one thread, or one lock, at a time.
public final class ParquetFile {
    public let url: URL
    /// All columns, also those of types that this package does not read.
    public let schema: ParquetSchema
    /// Rows of each row group, in order.
    public let rowGroups: [Int]
    /// Rows of all row groups.
    public let rowCount: Int

    private let handle: OpaquePointer

    /// Opens the file and checks its footer against `limits`. Throws `ParquetError`.
    public init(url: URL, limits: ParquetLimits = .default) throws(ParquetError) {
        var bounds = carrow_limits(limits)
        var error = carrow_error()
        guard let handle = carrow_open(url.path, &bounds, &error) else {
            throw ParquetError(error, file: url.path, rowGroup: nil)
        }
        self.url = url
        self.handle = handle
        schema = ParquetSchema((0..<carrow_column_count(handle)).map { ParquetColumn(handle, $0) })
        rowGroups = (0..<carrow_row_group_count(handle)).map { Int(clamping: carrow_row_group_rows(handle, $0)) }
        rowCount = Int(clamping: carrow_row_count(handle))
    }

    deinit { carrow_close(handle) }

    /// A value of the file's own metadata, such as "huggingface".
    public func metadata(_ key: String) -> String? {
        carrow_metadata(handle, key).map { String(cString: $0) }
    }

    /// Makes sure that a column is there and holds what is expected.
    public func require(_ name: String, _ expected: ColumnType) throws(ParquetError) {
        let column = try schema[name].orMissing(name, in: self)
        guard column.type == expected else {
            throw .wrongType(file: url.path, column: name, found: column.storedType, expected: expected.description)
        }
    }

    /// Reads the row groups (all when `nil`; those that do not exist are left out), calling `body` with at most
    /// `batchRows` rows at a time, in order. Throws `ParquetError`, and whatever `body` throws.
    public func forEachBatch(
        columns: [String], rowGroups wanted: Range<Int>? = nil, batchRows: Int = 64,
        _ body: (ParquetBatch) throws -> Void
    ) throws {
        for rowGroup in (wanted ?? rowGroups.indices).clamped(to: rowGroups.indices) {
            let scan = try scan(rowGroup: rowGroup, columns: columns, batchRows: batchRows)
            while let batch = try scan.next() { try body(batch) }
        }
    }

    private func scan(rowGroup: Int, columns: [String], batchRows: Int) throws(ParquetError) -> RowGroupScan {
        var indices: [Int32] = []
        for name in columns {
            let column = try schema[name].orMissing(name, in: self)
            guard column.type != nil, let index = schema.columns.firstIndex(of: column) else {
                let readable = ColumnType.allCases.map(\.description).joined(separator: ", ")
                throw .wrongType(
                    file: url.path, column: name, found: column.storedType, expected: "one of \(readable)")
            }
            indices.append(Int32(clamping: index))
        }
        var error = carrow_error()
        let opened = carrow_scan_open(
            handle, Int32(clamping: rowGroup), indices, Int32(clamping: indices.count), Int64(max(batchRows, 1)),
            &error)
        guard let opened else { throw ParquetError(error, file: url.path, rowGroup: rowGroup) }
        let firstRow = rowGroups[..<rowGroup].reduce(0, +)
        return RowGroupScan(opened, file: url.path, columns: columns, rowGroup: rowGroup, firstRow: firstRow)
    }
}

extension ParquetColumn? {
    fileprivate func orMissing(_ name: String, in file: ParquetFile) throws(ParquetError) -> ParquetColumn {
        if let self { return self }
        throw .missingColumn(file: file.url.path, column: name, present: file.schema.columns.map(\.name))
    }
}

extension ParquetColumn {
    fileprivate init(_ handle: OpaquePointer, _ index: Int32) {
        self.init(
            name: String(cString: carrow_column_name(handle, index)),
            type: ColumnType(code: carrow_column_type(handle, index)),
            storedType: String(cString: carrow_column_stored_type(handle, index)),
            isNullable: carrow_column_nullable(handle, index))
    }
}

import CArrow

/// Reads one row group from its beginning to its end.
final class RowGroupScan {
    private let handle: OpaquePointer
    private let file: String
    private let columns: [String]
    private let rowGroup: Int
    private var nextRow: Int

    init(_ handle: OpaquePointer, file: String, columns: [String], rowGroup: Int, firstRow: Int) {
        self.handle = handle
        self.file = file
        self.columns = columns
        self.rowGroup = rowGroup
        nextRow = firstRow
    }

    deinit { carrow_scan_close(handle) }

    /// The next rows, copied out of Arrow's memory; `nil` after the last ones.
    func next() throws(ParquetError) -> ParquetBatch? {
        var batch = carrow_batch()
        var error = carrow_error()
        guard carrow_scan_next(handle, &batch, &error) else {
            throw ParquetError(error, file: file, rowGroup: rowGroup)
        }
        let rowCount = Int(clamping: batch.rows)
        guard rowCount > 0 else { return nil }
        let cells = UnsafeBufferPointer(start: batch.columns, count: columns.count).map { $0.cells(rowCount) }
        defer { nextRow += rowCount }
        return ParquetBatch(
            rowGroup: rowGroup, firstRow: nextRow, rowCount: rowCount,
            columns: Dictionary(zip(columns, cells)) { first, _ in first })
    }
}

extension carrow_column {
    /// The column's first `count` values, of which it has that many.
    fileprivate func cells(_ count: Int) -> [ParquetValue] {
        let valid = UnsafeBufferPointer(start: self.valid, count: count)
        let type = ColumnType(code: self.type)
        return (0..<count).map { row in
            guard valid[row] != 0 else { return .null }
            return switch type {
            case .string: .string(spans[row].text ?? "")
            case .int64: .int64(integers[row])
            case .double: .double(numbers[row])
            case .bool: .bool(flags[row] != 0)
            case .image: .image(ParquetImage(bytes: spans[row].bytes.map { [UInt8]($0) }, path: paths[row].text))
            case nil: .null
            }
        }
    }
}

extension carrow_span {
    fileprivate var bytes: UnsafeBufferPointer<UInt8>? {
        data.map { UnsafeBufferPointer(start: $0, count: Int(clamping: length)) }
    }

    /// Arrow has checked that it is UTF-8.
    fileprivate var text: String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}

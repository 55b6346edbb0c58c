/// Some consecutive rows of one row group, column by column.
public struct ParquetBatch: Sendable {
    /// The row group they come from, from 0.
    public let rowGroup: Int
    /// The place of the first row in the file, from 0.
    public let firstRow: Int
    public let rowCount: Int

    let columns: [String: [ParquetValue]]

    /// The cells of a column, `rowCount` of them; `nil` for a column that was not asked for.
    public subscript(column: String) -> [ParquetValue]? {
        columns[column]
    }

    /// The row at `offset` (0 to `rowCount` − 1): a cell for every column that was asked for.
    public func row(_ offset: Int) -> [String: ParquetValue] {
        columns.mapValues { $0[offset] }
    }
}

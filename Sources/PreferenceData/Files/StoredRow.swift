public import Parquet

/// A row as a file stores it: the columns' own types, nothing decided yet. What it means is its `Sample`.
public protocol StoredRow: Sendable {
    associatedtype Sample: StoredSample

    /// The form's name for messages, such as "pairwise".
    static var form: String { get }

    /// The columns that a file must have; more are allowed and ignored.
    static var columns: [ParquetColumn] { get }

    /// The columns that a file may have besides; a file without one is read as if every cell of it were null.
    static var optionalColumns: [ParquetColumn] { get }

    /// Reads the columns; throws for the first one that is missing or of another type.
    init(_ record: StoredRecord) throws(RowError)

    /// The cells in the order of `columns`.
    var cells: [ParquetValue] { get }

    /// The cells in the order of `optionalColumns`.
    var optionalCells: [ParquetValue] { get }

    /// The row understood; throws for the first value that is not allowed.
    func sample(at position: RowPosition) throws(RowError) -> Sample
}

extension StoredRow {
    public static var optionalColumns: [ParquetColumn] { [] }
    public var optionalCells: [ParquetValue] { [] }

    /// Every column that is read.
    static var readColumns: [ParquetColumn] { columns + optionalColumns }

    static func read(_ record: StoredRecord) -> Result<Self, RowError> {
        Result { () throws(RowError) in try Self(record) }
    }

    func understood(at position: RowPosition) -> Result<Sample, RowError> {
        Result { () throws(RowError) in try sample(at: position) }
    }
}

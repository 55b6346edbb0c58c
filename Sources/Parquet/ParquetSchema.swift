/// A column: its name and what it holds.
public struct ParquetColumn: Sendable, Equatable {
    public var name: String

    /// What the column holds; `nil` for a type that this package does not read, which `storedType` then names.
    public var type: ColumnType?

    /// The type in Arrow's words, such as `large_string` or `list<element: double>`.
    public var storedType: String

    /// Whether a value may be missing.
    public var isNullable: Bool

    /// A column to be written.
    public init(_ name: String, _ type: ColumnType, isNullable: Bool = true) {
        self.init(name: name, type: type, storedType: type.description, isNullable: isNullable)
    }

    init(name: String, type: ColumnType?, storedType: String, isNullable: Bool) {
        self.name = name
        self.type = type
        self.storedType = storedType
        self.isNullable = isNullable
    }
}

/// The columns of a file, in order. Names are unique.
public struct ParquetSchema: Sendable, Equatable {
    public var columns: [ParquetColumn]

    public init(_ columns: [ParquetColumn]) {
        self.columns = columns
    }

    /// The column called `name`, if there is one.
    public subscript(name: String) -> ParquetColumn? {
        columns.first { $0.name == name }
    }
}

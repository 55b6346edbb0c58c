/// The column types that this package reads and writes.
public enum ColumnType: String, Sendable, CaseIterable {
    /// UTF-8 text; also `large_string` and dictionary-encoded text when reading.
    case string
    /// A signed integer of 64 bits; narrower integers are widened when reading.
    case int64
    /// A number of 64 bits; `float` is widened when reading.
    case double
    case bool
    /// `struct<bytes: binary, path: string>`: a picture file as the Hugging Face `datasets` library stores it.
    case image
}

extension ColumnType: CustomStringConvertible {
    /// The type in Arrow's words, as other tools print it.
    public var description: String {
        self == .image ? "struct<bytes: binary, path: string>" : rawValue
    }
}

/// A picture as a cell holds it: an undecoded file, and the name it had. Either may be missing.
public struct ParquetImage: Sendable, Hashable {
    public var bytes: [UInt8]?
    public var path: String?

    public init(bytes: [UInt8]?, path: String? = nil) {
        self.bytes = bytes
        self.path = path
    }
}

/// One cell.
public enum ParquetValue: Sendable, Hashable {
    case null
    case string(String)
    case int64(Int64)
    case double(Double)
    case bool(Bool)
    case image(ParquetImage)

    /// What the cell holds; `nil` for null.
    public var type: ColumnType? {
        switch self {
        case .null: nil
        case .string: .string
        case .int64: .int64
        case .double: .double
        case .bool: .bool
        case .image: .image
        }
    }
}

/// A value of a GGUF file's metadata. Integers of every width are one case, and so are both widths of numbers.
public enum GGUFValue: Sendable, Equatable {
    case integer(Int64)
    /// An integer beyond 63 bits.
    case unsigned(UInt64)
    case number(Double)
    case bool(Bool)
    case string(String)
    case array([GGUFValue])
}

extension GGUFValue {
    /// The integer, if this is one that fits `Int`.
    public var integer: Int? {
        if case .integer(let value) = self { Int(exactly: value) } else { nil }
    }

    /// The number; an integer widens to the nearest double.
    public var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        default: nil
        }
    }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var array: [GGUFValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// What this is, in one word for messages.
    public var kind: String {
        switch self {
        case .integer, .unsigned: "integer"
        case .number: "number"
        case .bool: "boolean"
        case .string: "string"
        case .array: "array"
        }
    }
}

/// The types that a value of the metadata can have, by the format's numbers.
enum GGUFValueType: UInt32 {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// The fewest bytes that one value takes in the file.
    var minimumByteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .string: 8
        case .array: 12
        }
    }
}

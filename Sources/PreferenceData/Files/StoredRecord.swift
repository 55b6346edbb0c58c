public import Conversations
public import Parquet

/// One row before it is known what it means: a cell for every column that was read.
public struct StoredRecord: Sendable {
    public var position: RowPosition
    public var cells: [String: ParquetValue]

    public init(at position: RowPosition, cells: [String: ParquetValue]) {
        self.position = position
        self.cells = cells
    }

    /// The text of a column.
    public func string(_ column: String) throws(RowError) -> String {
        switch cells[column] ?? .null {
        case .string(let text): return text
        case let other: throw unfit(other, column, expected: "text")
        }
    }

    /// The whole number of a column.
    public func integer(_ column: String) throws(RowError) -> Int {
        switch cells[column] ?? .null {
        case .int64(let value): return Int(clamping: value)
        case let other: throw unfit(other, column, expected: "a whole number")
        }
    }

    /// The number of a column that may be empty or missing.
    public func optionalNumber(_ column: String) throws(RowError) -> Double? {
        switch cells[column] ?? .null {
        case .null: return nil
        case .double(let value): return value
        case .int64(let value): return Double(value)
        case let other: throw unfit(other, column, expected: "a number")
        }
    }

    /// The picture file of a column. Only that its bytes are there is checked here, not that they can be decoded.
    public func image(_ column: String) throws(RowError) -> EncodedImage {
        switch cells[column] ?? .null {
        case .image(let image) where !(image.bytes ?? []).isEmpty:
            return EncodedImage(bytes: image.bytes ?? [], path: image.path)
        case .image(let image):
            let name = image.path.map { ", named \(quoted($0))" } ?? ""
            throw RowError(
                .missingValue, at: position, column: column, found: "a picture without bytes" + name,
                expected: "the bytes of a picture file")
        case let other:
            throw unfit(other, column, expected: "a picture")
        }
    }

    private func unfit(_ cell: ParquetValue, _ column: String, expected: String) -> RowError {
        RowError(
            cell == .null ? .missingValue : .wrongType, at: position, column: column, found: cell.shown,
            expected: expected)
    }
}

extension ParquetValue {
    /// The value for a message.
    var shown: String {
        switch self {
        case .null: "no value"
        case .string(let text): quoted(text)
        case .int64(let value): "\(value)"
        case .double(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .image(let image): "a picture of \(image.bytes?.count ?? 0) bytes"
        }
    }
}

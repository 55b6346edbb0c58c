/// Why a Parquet file cannot be read or written.
public enum ParquetError: Error, Sendable, Equatable {
    /// The file cannot be opened, or is no regular file.
    case unreadable(file: String, reason: String)
    /// The bytes are not what the format describes; `rowGroup` counts from 0 and is `nil` for the file as a whole.
    case malformed(file: String, rowGroup: Int?, reason: String)
    /// The file asks for more than `ParquetLimits` allow.
    case overLimit(file: String, rowGroup: Int?, reason: String)
    case missingColumn(file: String, column: String, present: [String])
    /// `found` is the stored type in Arrow's words.
    case wrongType(file: String, column: String, found: String, expected: String)
    /// A row that does not fit the schema was handed to a writer.
    case unfitRow(file: String, column: String, found: String, expected: String)
}

extension ParquetError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason)"
        case .malformed(let file, let rowGroup, let reason):
            "\(file)\(place(rowGroup)): not a sound Parquet file: \(reason)"
        case .overLimit(let file, let rowGroup, let reason):
            "\(file)\(place(rowGroup)): larger than allowed: \(reason)"
        case .missingColumn(let file, let column, let present):
            "\(file): has no column '\(column)'; its columns are \(present.joined(separator: ", "))"
        case .wrongType(let file, let column, let found, let expected):
            "\(file): column '\(column)' has type \(found), expected \(expected)"
        case .unfitRow(let file, let column, let found, let expected):
            "\(file): column '\(column)' takes \(expected), was given \(found)"
        }
    }

    private func place(_ rowGroup: Int?) -> String {
        rowGroup.map { ", row group \($0)" } ?? ""
    }
}

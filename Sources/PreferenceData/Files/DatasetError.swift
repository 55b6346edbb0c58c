/// Why a data set cannot be opened. What is wrong with a single row is a `RowError`, with a Parquet file a
/// `ParquetError`.
public enum DatasetError: Error, Sendable, Equatable {
    case unreadable(file: String, reason: String)
    /// There is no file of the split where one was looked for.
    case notFound(path: String, lookedFor: [String])
    /// Categories were chosen that the folder does not have.
    case missingCategories(path: String, missing: [String], present: [String])
    /// A file with the columns of the other form of BeaverTails-V.
    case otherForm(file: String, found: String, expected: String)
    /// A file whose name ends neither in .parquet nor in .jsonl.
    case unknownFormat(file: String)
}

extension DatasetError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason)"
        case .notFound(let path, let lookedFor):
            "\(path): no data found; looked for \(lookedFor.joined(separator: ", "))"
        case .missingCategories(let path, let missing, let present):
            "\(path): has no data of \(missing.joined(separator: ", ")); it has \(present.joined(separator: ", "))"
        case .otherForm(let file, let found, let expected):
            "\(file): holds \(found) rows, expected \(expected) rows; the two data sets called BeaverTails-V differ: "
                + "saferlhf-v/BeaverTails-V is pairwise, PKU-Alignment/BeaverTails-V question–answer"
        case .unknownFormat(let file):
            "\(file): the name of a file of rows ends in .parquet or .jsonl"
        }
    }
}

public import Foundation

/// A file of rows, read some consecutive rows ("a group") at a time.
///
/// Not for concurrent use: one thread, or one lock, at a time.
protocol RowFile: AnyObject {
    /// The file as rows name it: its path inside the data set's folder.
    var name: String { get }

    /// Rows of each group, in order.
    var groups: [Int] { get }

    /// The rows of a group in order, with the cells of `columns`. A row that cannot be read at all is an error in its
    /// place; a file that cannot be read throws.
    func records(ofGroup group: Int, columns: [String]) throws -> [Result<StoredRecord, RowError>]
}

/// The forms in which rows are stored.
public enum RowFileFormat: String, Sendable, CaseIterable {
    /// Columns, the pictures inside.
    case parquet
    /// One JSON object a line, the pictures as files beside it.
    case jsonl

    /// The format that a file's name says, by its extension.
    public init?(of url: URL) {
        self.init(rawValue: url.pathExtension.lowercased())
    }
}

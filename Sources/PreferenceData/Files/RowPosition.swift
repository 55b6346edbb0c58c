/// Where a row is stored.
public struct RowPosition: Sendable, Hashable {
    /// The file, as a path inside the data set's folder.
    public var file: String
    /// The row in that file, from 0; row n of a JSONL file is its line n + 1.
    public var row: Int

    public init(file: String, row: Int) {
        self.file = file
        self.row = row
    }
}

extension RowPosition: CustomStringConvertible {
    public var description: String { "\(file), row \(row)" }
}

import Foundation
import Parquet

/// Rows in a Parquet file; a group is a row group.
final class ParquetRowFile: RowFile {
    let name: String
    private let file: ParquetFile
    private let pictures: PictureFolder
    /// The columns that the file has.
    private let present: Set<String>

    /// Opens the file; throws when a column of `columns` is missing or of another type, and when one of `optional` is there
    /// in another type.
    init(
        _ url: URL, name: String, columns: [ParquetColumn], optional: [ParquetColumn] = [], pictures: PictureFolder
    ) throws(ParquetError) {
        self.name = name
        self.pictures = pictures
        file = try ParquetFile(url: url)
        present = Set(file.schema.columns.map(\.name))
        for column in columns + optional.filter({ present.contains($0.name) }) {
            if let type = column.type { try file.require(column.name, type) }
        }
    }

    var groups: [Int] { file.rowGroups }

    func records(ofGroup group: Int, columns: [String]) throws -> [Result<StoredRecord, RowError>] {
        let firstRow = groups[..<group].reduce(0, +)
        var records: [Result<StoredRecord, RowError>] = []
        // A column that was asked for in `init` and is not in the file is an optional one.
        try file.forEachBatch(columns: columns.filter(present.contains), rowGroups: group..<group + 1) { batch in
            for offset in 0..<batch.rowCount {
                let position = RowPosition(file: name, row: firstRow + records.count)
                records.append(record(StoredRecord(at: position, cells: batch.row(offset))))
            }
        }
        return records
    }

    /// A cell may name a picture file instead of holding its bytes; then the file is read.
    private func record(_ stored: StoredRecord) -> Result<StoredRecord, RowError> {
        Result { () throws(RowError) in
            var record = stored
            for case (let column, .image(let image)) in stored.cells where image.bytes == nil {
                guard let path = image.path else { continue }
                record.cells[column] = .image(try pictures.read(path, column: column, at: stored.position))
            }
            return record
        }
    }
}

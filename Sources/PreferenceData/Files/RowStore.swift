import Conversations
import Foundation
import Parquet
import Synchronization

/// A group of rows in one of the files.
struct GroupAddress: Hashable, Sendable {
    var file: Int
    var group: Int
}

/// A row of a group.
struct RowAddress: Hashable, Sendable {
    var group: GroupAddress
    var row: Int
}

/// The files of a data set behind one lock, and the row groups read last.
final class RowStore<Row: StoredRow>: Sendable {
    /// The files' names, and the rows of each of their groups.
    let files: [String]
    private let groups: [[Int]]
    private let state: Mutex<State>

    private struct State {
        var files: [any RowFile]
        var cache: RowGroupCache<Row>
    }

    init(_ files: sending [any RowFile], limits: ReadingLimits) {
        self.files = files.map(\.name)
        groups = files.map(\.groups)
        state = Mutex(State(files: files, cache: RowGroupCache(maximumBytes: limits.cacheBytes)))
    }

    /// Every row of every file, in order.
    var addresses: [RowAddress] {
        groups.enumerated().flatMap { file, groups in
            groups.enumerated().flatMap { group, rows in
                (0..<rows).map { RowAddress(group: GroupAddress(file: file, group: group), row: $0) }
            }
        }
    }

    func position(of address: RowAddress) -> RowPosition {
        let before = groups[address.group.file][..<address.group.group].reduce(0, +)
        return RowPosition(file: files[address.group.file], row: before + address.row)
    }

    func records(of address: GroupAddress, columns: [String]) throws -> [Result<StoredRecord, RowError>] {
        try state.withLock { state in
            try state.files[address.file].records(ofGroup: address.group, columns: columns)
        }
    }

    func row(at address: RowAddress) throws -> Row {
        try state.withLock { state in
            if let rows = state.cache[address.group] { return try Self.row(address.row, of: rows) }
            let columns = Row.readColumns.map(\.name)
            let records = try state.files[address.group.file].records(ofGroup: address.group.group, columns: columns)
            let rows = records.map { $0.flatMap(Row.read) }
            state.cache[address.group] = rows
            return try Self.row(address.row, of: rows)
        }
    }

    /// A file may have changed since it was opened; then a row is not there any more.
    private static func row(_ index: Int, of rows: [Result<Row, RowError>]) throws -> Row {
        guard rows.indices.contains(index) else {
            throw DatasetError.unreadable(file: "the data set", reason: "a file changed while it was read")
        }
        return try rows[index].get()
    }
}

extension RowStore {
    /// Opens a file of rows; a file of the other form of BeaverTails-V is told as such.
    static func open(_ entry: DatasetLayout.Entry, _ limits: ReadingLimits) throws -> any RowFile {
        let pictures = PictureFolder(url: entry.url.deletingLastPathComponent(), maximumBytes: limits.pictureBytes)
        switch RowFileFormat(of: entry.url) {
        case .jsonl:
            return try JSONLRowFile(entry.url, name: entry.name, columns: Row.readColumns, pictures: pictures)
        case .parquet:
            do {
                return try ParquetRowFile(
                    entry.url, name: entry.name, columns: Row.columns, optional: Row.optionalColumns, pictures: pictures)
            } catch {
                throw otherForm(of: entry.url) ?? error
            }
        case nil:
            throw DatasetError.unknownFormat(file: entry.url.path)
        }
    }

    private static func otherForm(of url: URL) -> DatasetError? {
        guard let form = DatasetForm.detect(parquet: url), form.rawValue != Row.form else { return nil }
        return .otherForm(file: url.path, found: form.rawValue, expected: Row.form)
    }
}

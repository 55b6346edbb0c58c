import Parquet

/// Row groups read last, up to a number of bytes; the one that was not used for longest goes first.
struct RowGroupCache<Row: StoredRow> {
    let maximumBytes: Int
    private var entries: [GroupAddress: (rows: [Result<Row, RowError>], bytes: Int, lastUse: Int)] = [:]
    private var bytes = 0
    private var uses = 0

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    subscript(group: GroupAddress) -> [Result<Row, RowError>]? {
        mutating get {
            uses += 1
            entries[group]?.lastUse = uses
            return entries[group]?.rows
        }
        set {
            remove(group)
            guard let newValue else { return }
            let weight = newValue.reduce(0) { $0 + (((try? $1.get())?.byteCount) ?? 0) }
            while bytes + weight > maximumBytes, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                remove(oldest.key)
            }
            uses += 1
            entries[group] = (newValue, weight, uses)
            bytes += weight
        }
    }

    private mutating func remove(_ group: GroupAddress) {
        bytes -= entries.removeValue(forKey: group)?.bytes ?? 0
    }
}

extension StoredRow {
    /// Roughly the memory that the row's text and picture take.
    fileprivate var byteCount: Int {
        cells.reduce(0) { sum, cell in
            switch cell {
            case .string(let text): sum + text.utf8.count
            case .image(let image): sum + (image.bytes?.count ?? 0)
            default: sum + 8
            }
        }
    }
}

import CArrow

/// The cells of one column laid out flat for the shim; owns the memory.
final class ColumnBuffer {
    private let rows: Int
    private let type: ColumnType
    private let valid: UnsafeMutableBufferPointer<UInt8>
    private let integers: UnsafeMutableBufferPointer<Int64>
    private let numbers: UnsafeMutableBufferPointer<Double>
    private let flags: UnsafeMutableBufferPointer<UInt8>
    private let spans: UnsafeMutableBufferPointer<carrow_span>
    private let paths: UnsafeMutableBufferPointer<carrow_span>
    private let arena: UnsafeMutableBufferPointer<UInt8>

    /// The cells must be null or of `type`.
    init(_ cells: [ParquetValue], type: ColumnType) {
        rows = cells.count
        self.type = type
        valid = .zeroed(rows, 0)
        integers = .zeroed(rows, 0)
        numbers = .zeroed(rows, 0)
        flags = .zeroed(rows, 0)
        spans = .zeroed(rows, carrow_span())
        paths = .zeroed(rows, carrow_span())
        arena = .zeroed(cells.reduce(0) { $0 + $1.byteCount } + 1, 0)
        fill(cells)
    }

    deinit {
        valid.deallocate()
        integers.deallocate()
        numbers.deallocate()
        flags.deallocate()
        spans.deallocate()
        paths.deallocate()
        arena.deallocate()
    }

    /// Points into this buffer, which must outlive it.
    var column: carrow_column {
        carrow_column(
            type: type.code, valid: valid.baseAddress, integers: integers.baseAddress, numbers: numbers.baseAddress,
            flags: flags.baseAddress, spans: spans.baseAddress, paths: paths.baseAddress)
    }

    private func fill(_ cells: [ParquetValue]) {
        var used = 0
        func store(_ bytes: some Collection<UInt8>) -> carrow_span {
            let end = UnsafeMutableBufferPointer(rebasing: arena[used...]).update(fromContentsOf: bytes)
            defer { used += end }
            return carrow_span(data: arena.baseAddress?.advanced(by: used), length: Int64(end))
        }
        for (row, cell) in cells.enumerated() {
            valid[row] = cell == .null ? 0 : 1
            switch cell {
            case .null: break
            case .string(let text): spans[row] = store(text.utf8)
            case .int64(let value): integers[row] = value
            case .double(let value): numbers[row] = value
            case .bool(let value): flags[row] = value ? 1 : 0
            case .image(let image):
                if let bytes = image.bytes { spans[row] = store(bytes) }
                if let path = image.path { paths[row] = store(path.utf8) }
            }
        }
    }
}

extension UnsafeMutableBufferPointer {
    fileprivate static func zeroed(_ count: Int, _ value: Element) -> Self {
        let buffer = allocate(capacity: count)
        buffer.initialize(repeating: value)
        return buffer
    }
}

extension ParquetValue {
    /// Roughly what the cell weighs in a file before compression.
    var byteCount: Int {
        switch self {
        case .null, .bool: 1
        case .int64, .double: 8
        case .string(let text): text.utf8.count
        case .image(let image): (image.bytes?.count ?? 0) + (image.path?.utf8.count ?? 0)
        }
    }
}

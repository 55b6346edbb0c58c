import CArrow

// The shim's codes and structures as this target's types, and back.

extension ColumnType {
    /// `nil` for a type that the shim does not carry.
    init?(code: Int32) {
        switch Int(code) {
        case CARROW_STRING: self = .string
        case CARROW_INT64: self = .int64
        case CARROW_DOUBLE: self = .double
        case CARROW_BOOL: self = .bool
        case CARROW_IMAGE: self = .image
        default: return nil
        }
    }

    var code: Int32 {
        switch self {
        case .string: Int32(CARROW_STRING)
        case .int64: Int32(CARROW_INT64)
        case .double: Int32(CARROW_DOUBLE)
        case .bool: Int32(CARROW_BOOL)
        case .image: Int32(CARROW_IMAGE)
        }
    }
}

extension carrow_limits {
    init(_ limits: ParquetLimits) {
        self.init(
            footer_bytes: Int64(limits.footerBytes), row_group_bytes: Int64(limits.rowGroupBytes),
            row_group_rows: Int64(limits.rowGroupRows), memory_bytes: Int64(limits.memoryBytes))
    }
}

extension ParquetError {
    /// Takes over the error, freeing its text. The sentence becomes one line.
    init(_ error: carrow_error, file: String, rowGroup: Int?) {
        let text = error.text.map { String(cString: $0) } ?? "unknown reason"
        let reason = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        switch Int(error.kind) {
        case CARROW_IO: self = .unreadable(file: file, reason: reason)
        case CARROW_LIMIT: self = .overLimit(file: file, rowGroup: rowGroup, reason: reason)
        default: self = .malformed(file: file, rowGroup: rowGroup, reason: reason)
        }
        var spent = error
        carrow_error_clear(&spent)
    }
}

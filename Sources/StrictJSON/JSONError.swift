/// Why a text is not a JSON document, and where.
public struct JSONError: Error, Equatable, Sendable {
    /// Bytes before the place where reading stopped.
    public var offset: Int
    /// Line of that place, from 1.
    public var line: Int
    /// Column of that place in characters (Unicode scalars), from 1.
    public var column: Int
    /// What is wrong there, and what was expected.
    public var reason: String

    public init(offset: Int, line: Int, column: Int, reason: String) {
        self.offset = offset
        self.line = line
        self.column = column
        self.reason = reason
    }
}

extension JSONError {
    /// Finds line and column of `offset` by counting from the start.
    init(_ reason: String, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        let before = bytes.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let newlines = before.count { $0 == UInt8(ascii: "\n") }
        let scalarStarts = before[lineStart...].count { $0 & 0xC0 != 0x80 }
        self.init(offset: offset, line: newlines + 1, column: scalarStarts + 1, reason: reason)
    }
}

extension JSONError: CustomStringConvertible {
    public var description: String { "line \(line), column \(column) (byte \(offset)): \(reason)" }
}

/// The beginning of `text` in quotes, with what a terminal would not show (control and format characters) spelled out.
func visible(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let shown = scalars.prefix(60).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        default: String(Character(scalar))
        }
    }
    return "\"" + shown.joined() + (scalars.dropFirst(60).isEmpty ? "\"" : "…\"")
}

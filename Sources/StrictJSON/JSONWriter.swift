extension JSONValue {
    /// This value as a document; the same value always gives the same text.
    ///
    /// - Parameters:
    ///   - pretty: one member or element a line, indented by two spaces.
    ///   - sortedKeys: members in the order of their keys' bytes instead of their own.
    ///
    /// Doubles are written with the fewest digits that read back as the same double. JSON has no word for NaN and the
    /// infinities: they become the strings "NaN", "Infinity" and "-Infinity".
    public func serialized(pretty: Bool = false, sortedKeys: Bool = false) -> String {
        String(decoding: serializedBytes(pretty: pretty, sortedKeys: sortedKeys), as: UTF8.self)
    }

    /// The UTF-8 bytes of `serialized`.
    public func serializedBytes(pretty: Bool = false, sortedKeys: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: pretty, sortsKeys: sortedKeys)
        writer.write(self, indentation: 0)
        return writer.bytes
    }
}

extension JSONValue: CustomStringConvertible {
    /// The document on one line.
    public var description: String { serialized() }
}

private struct JSONWriter {
    let isPretty, sortsKeys: Bool
    var bytes: [UInt8] = []

    init(isPretty: Bool, sortsKeys: Bool) {
        self.isPretty = isPretty
        self.sortsKeys = sortsKeys
    }

    mutating func write(_ value: JSONValue, indentation: Int) {
        switch value {
        case .null: write("null")
        case .bool(let value): write(value ? "true" : "false")
        case .integer(let value): write(String(value))
        case .number(let value): write(value)
        case .string(let value): writeQuoted(value)
        case .array(let elements):
            writeList(elements, "[", "]", indentation) { $0.write($1, indentation: indentation + 1) }
        case .object(let object):
            let members =
                sortsKeys
                ? object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                : object.members
            writeList(members, "{", "}", indentation) { writer, member in
                writer.writeQuoted(member.key)
                writer.write(writer.isPretty ? ": " : ":")
                writer.write(member.value, indentation: indentation + 1)
            }
        }
    }

    private mutating func writeList<Item>(
        _ items: [Item], _ opening: String, _ closing: String, _ indentation: Int,
        _ writeItem: (inout JSONWriter, Item) -> Void
    ) {
        write(opening)
        for (position, item) in items.enumerated() {
            if position > 0 { write(",") }
            newline(indentation + 1)
            writeItem(&self, item)
        }
        if !items.isEmpty { newline(indentation) }
        write(closing)
    }

    private mutating func newline(_ indentation: Int) {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indentation))
    }

    private mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func write(_ value: Double) {
        if value.isFinite {
            write(value.description)
        } else {
            writeQuoted(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
        }
    }

    private mutating func writeQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\\"): write("\\\\")
            case 0x08: write("\\b")
            case 0x09: write("\\t")
            case 0x0A: write("\\n")
            case 0x0C: write("\\f")
            case 0x0D: write("\\r")
            case 0..<0x20: write(byte < 0x10 ? "\\u000" : "\\u00"); write(String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

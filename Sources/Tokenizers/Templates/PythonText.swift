/// How Python and its JSON writer write values as text.
enum PythonText {
    /// `str(value)`; nil for what has no text of its own.
    static func string(_ value: TemplateValue) -> TemplateText? {
        switch value {
        case .undefined: TemplateText()
        case .text(let text): text
        default: representation(value)
        }
    }

    /// `repr(value)`.
    private static func representation(_ value: TemplateValue) -> TemplateText? {
        switch value {
        case .none: TemplateText("None")
        case .bool(let bool): TemplateText(bool ? "True" : "False")
        case .integer(let integer): TemplateText("\(integer)")
        case .float(let float): TemplateText(number(float))
        case .text(let text): quoted(text)
        case .list(let list): joined(list.items.map(representation), "[", "]")
        case .mapping(let mapping):
            joined(
                mapping.members.map { key, value in
                    guard let key = representation(key), let value = representation(value) else { return nil }
                    return key + TemplateText(": ") + value
                }, "{", "}")
        case .undefined, .namespace, .macro, .function, .loop: nil
        }
    }

    /// `float.__repr__`.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        return value.isInfinite ? (value < 0 ? "-inf" : "inf") : "\(value)"
    }

    /// The parts between brackets; nil when one of them is nil.
    private static func joined(_ parts: [TemplateText?], _ open: String, _ close: String) -> TemplateText? {
        let written = parts.compactMap { $0 }
        guard written.count == parts.count else { return nil }
        let units = written.map(\.units).joined(separator: TemplateText(", ").units)
        return TemplateText(open) + TemplateText(units: Array(units)) + TemplateText(close)
    }

    /// `str.__repr__`: in single quotes, unless only those occur inside.
    private static func quoted(_ text: TemplateText) -> TemplateText {
        let scalars = Set(text.scalars)
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        let body = text.units.flatMap { unit -> [UInt32] in
            escape(TemplateText.scalar(unit), quote: quote).unicodeScalars.map { TemplateText.unit($0, like: unit) }
        }
        return TemplateText(units: [quote.value] + body + [quote.value])
    }

    private static func escape(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case quote: return "\\" + String(quote)
        case " ": return " "
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            let (mark, digits) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
            return "\\" + mark + hex(scalar.value, digits: digits)
        default: return String(scalar)
        }
    }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let hex = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - hex.count)) + hex
    }
}

/// Python's `json.dumps`, which the filter `tojson` is.
struct PythonJSON {
    /// Spaces a level; nil for one line.
    var indent: Int?
    var itemSeparator: String
    var keySeparator: String
    var sortsKeys = false
    var escapesNonASCII = false

    init(indent: Int?) {
        self.indent = indent
        itemSeparator = indent == nil ? ", " : ","
        keySeparator = ": "
    }

    /// The JSON of `value`; nil for what JSON cannot say.
    func string(_ value: TemplateValue, level: Int = 0) -> TemplateText? {
        switch value {
        case .none: TemplateText("null")
        case .bool(let bool): TemplateText(bool ? "true" : "false")
        case .integer(let integer): TemplateText("\(integer)")
        case .float(let float):
            TemplateText(float.isNaN ? "NaN" : float.isInfinite ? (float < 0 ? "-Infinity" : "Infinity") : "\(float)")
        case .text(let text): quoted(text)
        case .list(let list): joined(list.items.map { string($0, level: level + 1) }, "[", "]", level)
        case .mapping(let mapping): joined(members(of: mapping, level: level + 1), "{", "}", level)
        case .undefined, .namespace, .macro, .function, .loop: nil
        }
    }

    private func members(of mapping: TemplateMapping, level: Int) -> [TemplateText?] {
        var members: [(key: TemplateText, value: TemplateValue)] = []
        for (key, value) in mapping.members {
            guard let key = key.text ?? string(key) else { return [nil] }
            members.append((key, value))
        }
        if sortsKeys { members.sort { $0.key.precedes($1.key) } }
        return members.map { key, value in
            string(value, level: level).map { quoted(key) + TemplateText(keySeparator) + $0 }
        }
    }

    private func joined(_ parts: [TemplateText?], _ open: String, _ close: String, _ level: Int) -> TemplateText? {
        let written = parts.compactMap { $0 }
        guard written.count == parts.count else { return nil }
        guard !written.isEmpty else { return TemplateText(open + close) }
        let inner = lineBreak(level + 1)
        let units = written.map(\.units).joined(separator: TemplateText(itemSeparator + inner).units)
        return TemplateText(open + inner) + TemplateText(units: Array(units)) + TemplateText(lineBreak(level) + close)
    }

    private func lineBreak(_ level: Int) -> String {
        indent.map { "\n" + String(repeating: " ", count: $0 * level) } ?? ""
    }

    private func quoted(_ text: TemplateText) -> TemplateText {
        let body = text.units.flatMap { unit -> [UInt32] in
            escape(TemplateText.scalar(unit)).unicodeScalars.map { TemplateText.unit($0, like: unit) }
        }
        let quote = Unicode.Scalar("\"").value
        return TemplateText(units: [quote] + body + [quote])
    }

    private func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\u{8}": "\\b"
        case "\u{C}": "\\f"
        case "\0"..<" ": unicodeEscape(UInt16(truncatingIfNeeded: scalar.value))
        case "\u{7F}"... where escapesNonASCII && scalar != "\u{7F}":
            UTF16.encode(scalar).map { $0.map(unicodeEscape).joined() } ?? ""
        default: String(scalar)
        }
    }

    private func unicodeEscape(_ unit: UInt16) -> String {
        let hex = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    }
}

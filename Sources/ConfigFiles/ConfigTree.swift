/// A configuration as a tree of named values, in the order of declaration.
struct ConfigTree {
    typealias Members = [(key: String, value: ConfigTree)]

    indirect enum Content {
        case section(Members, keys: KeyRule)
        case list([ConfigTree])
        case scalar(String, Kind)
    }

    /// Which keys a file may write into a section.
    enum KeyRule {
        /// Those of the struct that the section comes from.
        case fixed
        /// Any: the section is a dictionary.
        case free
        /// The section is an enum's case with its values; another one replaces it as a whole.
        case choice
    }

    /// What a scalar is. A plain one is told by its spelling, a quoted one is always text.
    enum Kind { case boolean, integer, number, text, nothing }

    var content: Content
    /// Where the value was written ("line 3", "--set"); nil for a default.
    var place: String?

    init(_ content: Content, place: String? = nil) {
        self.content = content
        self.place = place
    }

    /// The members of a section; none for anything else.
    var members: Members {
        if case .section(let members, _) = content { members } else { [] }
    }

    subscript(key: String) -> ConfigTree? {
        members.first { $0.key == key }?.value
    }

    /// What a message says was found.
    var found: String {
        switch content {
        case .section: "a section"
        case .list: "a list"
        case .scalar(let text, .boolean): text
        case .scalar(let text, .integer): "the integer \(text)"
        case .scalar(let text, .number): "the number \(text)"
        case .scalar(let text, .text): "the text \(quoted(text))"
        case .scalar(_, .nothing): "nothing"
        }
    }

    /// The path with its place: "lagrange.bound (line 3)".
    func located(_ path: String) -> String {
        let path = path.isEmpty ? "the configuration" : path
        return place.map { "\(path) (\($0))" } ?? path
    }

    var isNothing: Bool {
        if case .scalar(_, .nothing) = content { true } else { false }
    }
}

extension ConfigTree.Kind {
    /// What a plain scalar means in YAML's core schema, without octal and hexadecimal numbers and NaN.
    init(ofPlain text: String) {
        switch text {
        case "true", "True", "TRUE", "false", "False", "FALSE": self = .boolean
        case "", "~", "null", "Null", "NULL": self = .nothing
        case ".inf", "+.inf", "-.inf": self = .number
        case _ where text.wholeMatch(of: /[-+]?[0-9]+/) != nil: self = .integer
        case _ where text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil: self = .number
        default: self = .text
        }
    }
}

/// `text` between double quotes with the escapes that JSON and YAML share.
func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\t": "\\t"
        case _
        where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            || [0x2028, 0x2029, 0xFEFF].contains(scalar.value):
            "\\u" + hexadecimal(scalar.value)
        default: String(Character(scalar))
        }
    }
    return "\"" + escaped.joined() + "\""
}

private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// What stands between `{{` and `}}` or `{%` and `%}`.
extension TemplateLexer {
    mutating func tag(
        _ begin: TemplateToken.Kind, _ end: TemplateToken.Kind, closedBy mark: Unicode.Scalar
    ) throws(TemplateError) {
        let start = line
        tokens.append(TemplateToken(kind: begin, line: line))
        var brackets: [Unicode.Scalar] = []
        while index < source.count {
            if brackets.isEmpty, closeTag(end, mark) { return }
            try token(&brackets)
        }
        throw TemplateError(line: start, construct: "tag", reason: "the tag does not end; expected \(mark)}")
    }

    private mutating func closeTag(_ end: TemplateToken.Kind, _ mark: Unicode.Scalar) -> Bool {
        let isBlock = mark == "%"
        let closing = "\(mark)}"
        let (width, strips, trims): (Int, Bool, Bool)
        if matches("-" + closing) {
            (width, strips, trims) = (3, true, false)
        } else if isBlock, matches("+" + closing) {
            (width, strips, trims) = (3, false, false)
        } else if matches(closing) {
            (width, strips, trims) = (2, false, isBlock)
        } else {
            return false
        }
        tokens.append(TemplateToken(kind: end, line: line))
        close(width, stripping: strips, trimming: trims)
        return true
    }

    /// Reads one token inside a tag; white space makes none.
    private mutating func token(_ brackets: inout [Unicode.Scalar]) throws(TemplateError) {
        let first = source[index]
        let start = line
        if first.isPythonSpace { return advance(to: index + 1) }
        let kind: TemplateToken.Kind
        if first.isNameStart {
            kind = .name(name())
        } else if first.isDigit {
            kind = try number()
        } else if first == "'" || first == "\"" {
            kind = .string(try string(quote: first))
        } else {
            kind = .sign(try sign(&brackets))
        }
        tokens.append(TemplateToken(kind: kind, line: start))
    }

    private mutating func name() -> String {
        take { $0.isNameStart || $0.isDigit }
    }

    private mutating func take(while isPart: (Unicode.Scalar) -> Bool) -> String {
        let end = source[index...].firstIndex { !isPart($0) } ?? source.count
        var view = String.UnicodeScalarView()
        view.append(contentsOf: source[index..<end])
        advance(to: end)
        return String(view)
    }

    private mutating func number() throws(TemplateError) -> TemplateToken.Kind {
        let digits = take(while: \.isDigitOrUnderscore)
        let fraction = optional(".") { $0.first?.isDigit == true }
        let exponent = optional("e") { rest in
            let digits = rest.first == "+" || rest.first == "-" ? rest.dropFirst() : rest
            return digits.first?.isDigit == true
        }
        let text = (digits + fraction + exponent).filter { $0 != "_" }
        if !fraction.isEmpty || !exponent.isEmpty, let value = Double(text) { return .float(value) }
        guard let value = Int(text) else {
            throw TemplateError(line: line, construct: excerpt(text), reason: "the number is too large")
        }
        return .integer(value)
    }

    /// A part of a number: `mark`, perhaps a sign, and digits; empty when it does not follow.
    private mutating func optional(
        _ mark: Unicode.Scalar, _ follows: (ArraySlice<Unicode.Scalar>) -> Bool
    ) -> String {
        guard index + 1 < source.count, String(source[index]).lowercased() == String(mark),
            follows(source[(index + 1)...])
        else { return "" }
        let sign = source[index + 1].isDigit ? "" : String(source[index + 1])
        advance(to: index + 1 + sign.unicodeScalars.count)
        return String(mark) + sign + take(while: \.isDigitOrUnderscore)
    }

    private mutating func sign(_ brackets: inout [Unicode.Scalar]) throws(TemplateError) -> String {
        for sign in TemplateLexer.signs where matches(sign) {
            try balance(sign, &brackets)
            advance(to: index + sign.unicodeScalars.count)
            return sign
        }
        throw TemplateError(line: line, construct: excerpt(String(source[index])), reason: "unexpected character")
    }

    private static let signs = [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",",
    ]

    private func balance(_ sign: String, _ brackets: inout [Unicode.Scalar]) throws(TemplateError) {
        switch sign {
        case "(": brackets.append(")")
        case "[": brackets.append("]")
        case "{": brackets.append("}")
        case ")", "]", "}":
            guard let expected = brackets.popLast(), String(expected) == sign else {
                throw TemplateError(line: line, construct: sign, reason: "the bracket was not opened")
            }
        default: break
        }
    }
}

extension TemplateLexer {
    /// The string whose opening quote is next.
    private mutating func string(quote: Unicode.Scalar) throws(TemplateError) -> String {
        let start = line
        advance(to: index + 1)
        var view = String.UnicodeScalarView()
        while index < source.count {
            let scalar = source[index]
            if scalar == quote {
                advance(to: index + 1)
                return String(view)
            }
            advance(to: index + 1)
            if scalar == "\\" { view.append(contentsOf: try escape()) } else { view.append(scalar) }
        }
        throw TemplateError(line: start, construct: "string", reason: "the string does not end")
    }

    /// What the characters after a backslash mean in Python. An unknown escape stands for itself.
    private mutating func escape() throws(TemplateError) -> [Unicode.Scalar] {
        guard index < source.count else { return ["\\"] }
        let scalar = source[index]
        advance(to: index + 1)
        switch scalar {
        case "n": return ["\n"]
        case "t": return ["\t"]
        case "r": return ["\r"]
        case "b": return ["\u{8}"]
        case "f": return ["\u{C}"]
        case "v": return ["\u{B}"]
        case "a": return ["\u{7}"]
        case "\n": return []
        case "\\", "'", "\"": return [scalar]
        case "x": return [try hexScalar(digits: 2)]
        case "u": return [try hexScalar(digits: 4)]
        case "U": return [try hexScalar(digits: 8)]
        case "0"..."7", "N":
            throw TemplateError(
                line: line, construct: "escape \\\(scalar)", reason: "not supported; write \\xhh or \\uhhhh")
        default: return ["\\", scalar]
        }
    }

    private mutating func hexScalar(digits: Int) throws(TemplateError) -> Unicode.Scalar {
        let text = String(String.UnicodeScalarView(source[index...].prefix(digits)))
        guard text.unicodeScalars.count == digits, text.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value)
        else {
            throw TemplateError(
                line: line, construct: "escape", reason: "expected \(digits) hexadecimal digits of a character")
        }
        advance(to: index + digits)
        return scalar
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isDigitOrUnderscore: Bool { isDigit || self == "_" }
    fileprivate var isNameStart: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_" }
}

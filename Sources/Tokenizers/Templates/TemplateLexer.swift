/// A piece of a template's source.
struct TemplateToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Text outside of tags, white space already controlled.
        case text(String)
        case blockBegin, blockEnd
        case outputBegin, outputEnd
        case name(String)
        case string(String)
        case integer(Int)
        case float(Double)
        case sign(String)
        case end
    }

    var kind: Kind
    var line: Int
}

/// Cuts a template into tokens, with the white space rules that chat templates are written for: the line break after
/// a block tag goes, and so does the indentation before one; `-` inside a tag strips further, `+` keeps.
struct TemplateLexer {
    private let source: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var tokens: [TemplateToken] = []
    /// Whether the text that follows begins a line of the source.
    private var isLineStart = true

    /// Line breaks become "\n"; one at the end of the template goes.
    init(_ source: String) {
        var scalars: [Unicode.Scalar] = []
        for scalar in source.unicodeScalars {
            if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
            scalars.append(scalar)
        }
        self.source = scalars.map { $0 == "\r" ? "\n" : $0 }.droppingLastLineBreak()
    }

    /// All tokens, the last of which is `.end`.
    mutating func tokenize() throws(TemplateError) -> [TemplateToken] {
        while index < source.count { try textAndTag() }
        tokens.append(TemplateToken(kind: .end, line: line))
        return tokens
    }

    // MARK: text

    /// Reads text up to the next tag, and the tag.
    private mutating func textAndTag() throws(TemplateError) {
        guard let begin = nextTag() else {
            appendText(source[index...])
            return advance(to: source.count)
        }
        let kind = source[begin + 1]
        let sign = source[(begin + 2)...].first.flatMap { $0 == "-" || $0 == "+" ? $0 : nil }
        var text = source[index..<begin]
        if sign == "-" {
            text = text.droppingSuffix(while: \.isPythonSpace)
        } else if sign != "+", kind != "{" {
            text = withoutIndentation(text)
        }
        appendText(text)
        advance(to: begin + (sign == nil ? 2 : 3))
        isLineStart = false
        switch kind {
        case "#": try comment()
        case "%": try tag(.blockBegin, .blockEnd, closedBy: "%")
        default: try tag(.outputBegin, .outputEnd, closedBy: "}")
        }
    }

    private func nextTag() -> Int? {
        source[index...].indices.dropLast().first { position in
            source[position] == "{" && ["%", "{", "#"].contains(source[position + 1])
        }
    }

    /// Text without the white space at its end that is all there is in the tag's line before the tag.
    private func withoutIndentation(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        let lineStart = text.lastIndex(of: "\n").map { $0 + 1 }
        guard lineStart != nil || isLineStart else { return text }
        let start = lineStart ?? text.startIndex
        return text[start...].allSatisfy(\.isPythonSpace) ? text[..<start] : text
    }

    private mutating func appendText(_ text: ArraySlice<Unicode.Scalar>) {
        guard !text.isEmpty else { return }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text)
        tokens.append(TemplateToken(kind: .text(String(view)), line: line))
    }

    private mutating func advance(to end: Int) {
        line += source[index..<end].count { $0 == "\n" }
        index = end
    }

    // MARK: comments

    private mutating func comment() throws(TemplateError) {
        let start = line
        while index < source.count {
            if matches("-#}") { return close(3, stripping: true, trimming: false) }
            if matches("+#}") { return close(3, stripping: false, trimming: false) }
            if matches("#}") { return close(2, stripping: false, trimming: true) }
            advance(to: index + 1)
        }
        throw TemplateError(line: start, construct: "comment", reason: "the comment does not end; expected #}")
    }

    private func matches(_ text: String) -> Bool {
        source[index...].starts(with: text.unicodeScalars)
    }

    /// Passes the end of a tag and the white space that goes with it.
    private mutating func close(_ width: Int, stripping: Bool, trimming: Bool) {
        var end = index + width
        if stripping {
            while end < source.count, source[end].isPythonSpace { end += 1 }
        } else if trimming, end < source.count, source[end] == "\n" {
            end += 1
        }
        isLineStart = source[end - 1] == "\n"
        advance(to: end)
    }

    // MARK: tags

    private mutating func tag(
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

// MARK: - Strings

extension TemplateLexer {
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

extension [Unicode.Scalar] {
    fileprivate func droppingLastLineBreak() -> [Unicode.Scalar] {
        last == "\n" ? Array(dropLast()) : self
    }
}

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
    let source: [Unicode.Scalar]
    var index = 0
    var line = 1
    var tokens: [TemplateToken] = []
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

    mutating func advance(to end: Int) {
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

    func matches(_ text: String) -> Bool {
        source[index...].starts(with: text.unicodeScalars)
    }

    /// Passes the end of a tag and the white space that goes with it.
    mutating func close(_ width: Int, stripping: Bool, trimming: Bool) {
        var end = index + width
        if stripping {
            while end < source.count, source[end].isPythonSpace { end += 1 }
        } else if trimming, end < source.count, source[end] == "\n" {
            end += 1
        }
        isLineStart = source[end - 1] == "\n"
        advance(to: end)
    }
}

extension [Unicode.Scalar] {
    fileprivate func droppingLastLineBreak() -> [Unicode.Scalar] {
        last == "\n" ? Array(dropLast()) : self
    }
}

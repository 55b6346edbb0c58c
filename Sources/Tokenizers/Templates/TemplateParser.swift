/// Reads the statements of a template from its tokens. Expressions are read by the functions beside it.
struct TemplateParser {
    private let tokens: [TemplateToken]
    private var index = 0
    /// How many statements and expressions are open.
    private var depth = 0
    private let maximumDepth: Int

    /// Reads a whole template.
    static func parse(_ source: String, _ limits: TemplateLimits) throws(TemplateError) -> [TemplateStatement] {
        guard source.utf8.count <= limits.maximumSourceBytes else {
            throw TemplateError(
                line: 1, construct: "template",
                reason: "\(source.utf8.count) bytes, at most \(limits.maximumSourceBytes) are read")
        }
        var lexer = TemplateLexer(source)
        var parser = TemplateParser(tokens: try lexer.tokenize(), maximumDepth: limits.maximumDepth)
        let statements = try parser.statements(until: [])
        guard parser.current.kind == .end else { throw parser.unexpected("the end of the template") }
        return statements
    }

    private init(tokens: [TemplateToken], maximumDepth: Int) {
        self.tokens = tokens
        self.maximumDepth = maximumDepth
    }

    // MARK: tokens

    var current: TemplateToken { tokens[min(index, tokens.count - 1)] }
    var line: Int { current.line }

    mutating func advance() { index += 1 }

    func isSign(_ sign: String) -> Bool { current.kind == .sign(sign) }
    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(sign: String) -> Bool {
        guard isSign(sign) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(sign: String) throws(TemplateError) {
        guard skip(sign: sign) else { throw unexpected("\"\(sign)\"") }
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    private mutating func expect(_ kind: TemplateToken.Kind, _ words: String) throws(TemplateError) {
        guard current.kind == kind else { throw unexpected(words) }
        advance()
    }

    func unexpected(_ expected: String) -> TemplateError {
        TemplateError(line: line, construct: current.kind.words, reason: "expected \(expected)")
    }

    func unsupported(_ construct: String, known: String) -> TemplateError {
        TemplateError(line: line, construct: construct, reason: "not supported; known here: \(known)")
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(
        _ body: (inout TemplateParser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        guard depth < maximumDepth else {
            throw TemplateError(line: line, construct: current.kind.words, reason: "nested deeper than \(maximumDepth)")
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    /// An expression at `line` whose inner ones are inside `form`.
    func expression(_ line: Int, _ form: TemplateExpression.Form) throws(TemplateError) -> TemplateExpression {
        let depth = 1 + (form.children.map(\.depth).max() ?? 0)
        guard depth <= maximumDepth else {
            throw TemplateError(line: line, construct: "expression", reason: "nested deeper than \(maximumDepth)")
        }
        return TemplateExpression(line: line, depth: depth, form: form)
    }

    // MARK: statements

    /// Reads statements up to a block tag that begins with one of `ends`, which is left with its name current, or to
    /// the end of the template.
    private mutating func statements(until ends: Set<String>) throws(TemplateError) -> [TemplateStatement] {
        var statements: [TemplateStatement] = []
        while true {
            let line = line
            switch current.kind {
            case .text(let text):
                advance()
                statements.append(TemplateStatement(line: line, form: .text(TemplateText(text))))
            case .outputBegin:
                advance()
                let value = try tuple()
                try expect(.outputEnd, "\"}}\"")
                statements.append(TemplateStatement(line: line, form: .output(value)))
            case .blockBegin:
                advance()
                if case .name(let name) = current.kind, ends.contains(name) { return statements }
                statements.append(try nested { parser throws(TemplateError) in try parser.block() })
            default:
                guard ends.isEmpty else { throw unexpected(ends.sorted().joined(separator: " or ")) }
                return statements
            }
        }
    }

    /// Reads statements up to the given block tag, and the tag.
    private mutating func body(until end: String) throws(TemplateError) -> [TemplateStatement] {
        let statements = try statements(until: [end])
        advance()
        try endBlock()
        return statements
    }

    private mutating func endBlock() throws(TemplateError) { try expect(.blockEnd, "\"%}\"") }

    private mutating func block() throws(TemplateError) -> TemplateStatement {
        let line = line
        let name = try expectName()
        let form: TemplateStatement.Form
        switch name {
        case "set": form = try set()
        case "if": form = .branches(try branches())
        case "for": form = .loop(try loop())
        case "macro": form = .macro(try macro())
        case "filter":
            var filters = [try application()]
            while skip(sign: "|") { filters.append(try application()) }
            try endBlock()
            form = .filtered(filters, try body(until: "endfilter"))
        case "generation":
            try endBlock()
            form = .generation(try body(until: "endgeneration"))
        case "break", "continue":
            try endBlock()
            form = name == "break" ? .breakLoop : .continueLoop
        default:
            throw TemplateError(
                line: line, construct: "tag \(excerpt(name))",
                reason: "not supported; known here: set, if, for, macro, filter, generation, break, continue")
        }
        return TemplateStatement(line: line, form: form)
    }

    private mutating func set() throws(TemplateError) -> TemplateStatement.Form {
        let target = try target(allowsMember: true)
        if skip(sign: "=") {
            let value = try tuple()
            try endBlock()
            return .set(target, value)
        }
        var filters: [TemplateExpression.Application] = []
        while skip(sign: "|") { filters.append(try application()) }
        try endBlock()
        return .capture(target, filters: filters, try body(until: "endset"))
    }

    private mutating func target(allowsMember: Bool) throws(TemplateError) -> TemplateStatement.Target {
        let hasBracket = skip(sign: "(")
        let first = try expectName()
        if allowsMember, !hasBracket, skip(sign: ".") {
            return .member(namespace: first, name: try expectName())
        }
        var names = [first]
        while skip(sign: ",") { names.append(try expectName()) }
        if hasBracket { try expect(sign: ")") }
        return names.count == 1 ? .name(first) : .names(names)
    }

    private mutating func branches() throws(TemplateError) -> [TemplateStatement.Branch] {
        var branches: [TemplateStatement.Branch] = []
        var condition: TemplateExpression? = try tuple(allowsChoice: false)
        while true {
            try endBlock()
            let body = try statements(until: ["elif", "else", "endif"])
            branches.append(.init(condition: condition, body: body))
            switch try expectName() {
            case "elif" where condition != nil: condition = try tuple(allowsChoice: false)
            case "else" where condition != nil: condition = nil
            case "endif":
                try endBlock()
                return branches
            default: throw TemplateError(line: line, construct: "if", reason: "expected endif after else")
            }
        }
    }

    private mutating func loop() throws(TemplateError) -> TemplateStatement.Loop {
        let target = try target(allowsMember: false)
        guard skip(name: "in") else { throw unexpected("\"in\"") }
        let items = try tuple(allowsChoice: false)
        let filter = skip(name: "if") ? try self.expression() : nil
        if isName("recursive") { throw unsupported("for … recursive", known: "for … in … if …") }
        try endBlock()
        let body = try statements(until: ["else", "endfor"])
        var otherwise: [TemplateStatement] = []
        if skip(name: "else") {
            try endBlock()
            otherwise = try statements(until: ["endfor"])
        }
        advance()
        try endBlock()
        return .init(target: target, items: items, filter: filter, body: body, otherwise: otherwise)
    }

    private mutating func macro() throws(TemplateError) -> TemplateMacro {
        let name = try expectName()
        try expect(sign: "(")
        var parameters: [TemplateMacro.Parameter] = []
        while !skip(sign: ")") {
            if !parameters.isEmpty { try expect(sign: ",") }
            let parameter = try expectName()
            parameters.append(.init(name: parameter, defaultValue: skip(sign: "=") ? try self.expression() : nil))
        }
        try endBlock()
        return TemplateMacro(name: name, parameters: parameters, body: try body(until: "endmacro"))
    }
}

extension TemplateToken.Kind {
    /// The token as a person would write it.
    fileprivate var words: String {
        switch self {
        case .text: "text"
        case .blockBegin: "\"{%\""
        case .blockEnd: "\"%}\""
        case .outputBegin: "\"{{\""
        case .outputEnd: "\"}}\""
        case .name(let name): excerpt(name)
        case .string(let text): "string \(excerpt(text))"
        case .integer(let value): "\(value)"
        case .float(let value): "\(value)"
        case .sign(let sign): "\"\(sign)\""
        case .end: "end of the template"
        }
    }
}

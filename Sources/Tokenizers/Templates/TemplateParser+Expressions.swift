/// Expressions by recursive descent, from the loosest binding to the tightest: choice, or, and, not, comparison,
/// `+ -`, `~`, `* / // %`, `**`, sign, then attributes, items and calls, filters and tests.
extension TemplateParser {
    /// `a if b else c`, or anything that binds tighter.
    mutating func expression() throws(TemplateError) -> TemplateExpression {
        try nested { parser throws(TemplateError) in
            let line = parser.line
            var value = try parser.disjunction()
            while parser.skip(name: "if") {
                let condition = try parser.disjunction()
                let otherwise = parser.skip(name: "else") ? try parser.expression() : nil
                value = try parser.expression(
                    line, .choice(condition: condition, then: value, otherwise: otherwise))
            }
            return value
        }
    }

    /// An expression, or several between commas, which make a list.
    mutating func tuple(allowsChoice: Bool = true) throws(TemplateError) -> TemplateExpression {
        let line = line
        var items = [allowsChoice ? try expression() : try disjunction()]
        guard isSign(",") else { return items[0] }
        while skip(sign: ",") {
            if endsTuple { break }
            items.append(allowsChoice ? try expression() : try disjunction())
        }
        return try expression(line, .list(items))
    }

    private var endsTuple: Bool {
        switch current.kind {
        case .blockEnd, .outputEnd, .sign(")"): true
        default: false
        }
    }

    private mutating func disjunction() throws(TemplateError) -> TemplateExpression {
        let line = line
        var value = try conjunction()
        while skip(name: "or") { value = try expression(line, .or(value, try conjunction())) }
        return value
    }

    private mutating func conjunction() throws(TemplateError) -> TemplateExpression {
        let line = line
        var value = try negation()
        while skip(name: "and") { value = try expression(line, .and(value, try negation())) }
        return value
    }

    private mutating func negation() throws(TemplateError) -> TemplateExpression {
        let line = line
        guard skip(name: "not") else { return try comparison() }
        return try nested { parser throws(TemplateError) in
            try parser.expression(line, .not(try parser.negation()))
        }
    }

    private mutating func comparison() throws(TemplateError) -> TemplateExpression {
        let line = line
        let first = try sum()
        var others: [(TemplateExpression.Comparison, TemplateExpression)] = []
        while let comparison = comparisonSign() { others.append((comparison, try sum())) }
        return others.isEmpty ? first : try expression(line, .comparison(first, others))
    }

    private mutating func comparisonSign() -> TemplateExpression.Comparison? {
        if case .sign(let sign) = current.kind, let comparison = TemplateExpression.Comparison(rawValue: sign) {
            advance()
            return comparison
        }
        if skip(name: "in") { return .isIn }
        guard isName("not") else { return nil }
        let before = self
        advance()
        if skip(name: "in") { return .notIn }
        self = before
        return nil
    }

    private mutating func sum() throws(TemplateError) -> TemplateExpression {
        let line = line
        var value = try concatenation()
        while let sign = arithmeticSign([.add, .subtract]) {
            value = try expression(line, .arithmetic(value, sign, try concatenation()))
        }
        return value
    }

    private mutating func concatenation() throws(TemplateError) -> TemplateExpression {
        let line = line
        var parts = [try product()]
        while skip(sign: "~") { parts.append(try product()) }
        return parts.count == 1 ? parts[0] : try expression(line, .concatenation(parts))
    }

    private mutating func product() throws(TemplateError) -> TemplateExpression {
        let line = line
        var value = try power()
        while let sign = arithmeticSign([.multiply, .divide, .floorDivide, .remainder]) {
            value = try expression(line, .arithmetic(value, sign, try power()))
        }
        return value
    }

    private mutating func power() throws(TemplateError) -> TemplateExpression {
        let line = line
        var value = try signed()
        while let sign = arithmeticSign([.power]) {
            value = try expression(line, .arithmetic(value, sign, try signed()))
        }
        return value
    }

    private mutating func arithmeticSign(
        _ signs: Set<TemplateExpression.Arithmetic>
    ) -> TemplateExpression.Arithmetic? {
        guard case .sign(let text) = current.kind, let sign = TemplateExpression.Arithmetic(rawValue: text),
            signs.contains(sign)
        else { return nil }
        advance()
        return sign
    }

    private mutating func signed(allowsFilters: Bool = true) throws(TemplateError) -> TemplateExpression {
        try nested { parser throws(TemplateError) in
            let line = parser.line
            var value: TemplateExpression
            if parser.skip(sign: "-") {
                value = try parser.expression(line, .negative(try parser.signed(allowsFilters: false)))
            } else if parser.skip(sign: "+") {
                value = try parser.expression(line, .positive(try parser.signed(allowsFilters: false)))
            } else {
                value = try parser.primary()
            }
            value = try parser.postfix(value)
            return allowsFilters ? try parser.filtered(value) : value
        }
    }

    // MARK: primary

    private mutating func primary() throws(TemplateError) -> TemplateExpression {
        let (line, kind) = (line, current.kind)
        advance()
        switch kind {
        case .name(let name): return try expression(line, TemplateParser.constants[name] ?? .name(name))
        case .integer(let value): return try expression(line, .integer(value))
        case .float(let value): return try expression(line, .float(value))
        case .string(let text): return try expression(line, .text(TemplateText(adjacentStrings(after: text))))
        case .sign("("): return try parenthesized(line)
        case .sign("["): return try expression(line, .list(try items(until: "]")))
        case .sign("{"): return try expression(line, .mapping(try members()))
        default: throw TemplateError(line: line, construct: "expression", reason: "expected a value")
        }
    }

    private static let constants: [String: TemplateExpression.Form] = [
        "true": .bool(true), "True": .bool(true), "false": .bool(false), "False": .bool(false), "none": .none,
        "None": .none,
    ]

    private mutating func adjacentStrings(after first: String) -> String {
        var text = first
        while case .string(let more) = current.kind {
            text += more
            advance()
        }
        return text
    }

    private mutating func parenthesized(_ line: Int) throws(TemplateError) -> TemplateExpression {
        if skip(sign: ")") { return try expression(line, .list([])) }
        let value = try tuple()
        try expect(sign: ")")
        return value
    }

    private mutating func items(until end: String) throws(TemplateError) -> [TemplateExpression] {
        var items: [TemplateExpression] = []
        while !skip(sign: end) {
            if !items.isEmpty {
                try expect(sign: ",")
                if skip(sign: end) { break }
            }
            items.append(try expression())
        }
        return items
    }

    private mutating func members() throws(TemplateError) -> [(key: TemplateExpression, value: TemplateExpression)] {
        var members: [(key: TemplateExpression, value: TemplateExpression)] = []
        while !skip(sign: "}") {
            if !members.isEmpty {
                try expect(sign: ",")
                if skip(sign: "}") { break }
            }
            let key = try expression()
            try expect(sign: ":")
            members.append((key, try expression()))
        }
        return members
    }

    // MARK: postfix

    private mutating func postfix(_ value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
        var value = value
        while true {
            let line = line
            if skip(sign: ".") {
                value = try expression(line, try attribute(of: value))
            } else if skip(sign: "[") {
                value = try expression(line, try subscripted(value))
            } else if skip(sign: "(") {
                value = try expression(line, .call(value, try arguments()))
            } else {
                return value
            }
        }
    }

    private mutating func attribute(of value: TemplateExpression) throws(TemplateError) -> TemplateExpression.Form {
        if case .integer(let index) = current.kind {
            let line = line
            advance()
            return .item(value, try expression(line, .integer(index)))
        }
        return .attribute(value, try expectName())
    }

    private mutating func subscripted(_ value: TemplateExpression) throws(TemplateError) -> TemplateExpression.Form {
        let start = isSign(":") ? nil : try expression()
        if let key = start, skip(sign: "]") { return .item(value, key) }
        try expect(sign: ":")
        let end = isSign(":") || isSign("]") ? nil : try expression()
        let step = skip(sign: ":") && !isSign("]") ? try expression() : nil
        try expect(sign: "]")
        return .slice(value, start: start, end: end, step: step)
    }

    private mutating func arguments() throws(TemplateError) -> TemplateExpression.Arguments {
        var arguments = TemplateExpression.Arguments()
        var isFirst = true
        while !skip(sign: ")") {
            if !isFirst {
                try expect(sign: ",")
                if skip(sign: ")") { break }
            }
            isFirst = false
            try argument(into: &arguments)
        }
        return arguments
    }

    private mutating func argument(into arguments: inout TemplateExpression.Arguments) throws(TemplateError) {
        if isSign("*") || isSign("**") { throw unsupported("unpacked arguments", known: "value, name=value") }
        let before = self
        if case .name(let name) = current.kind {
            advance()
            if skip(sign: "=") {
                arguments.named.append((name, try expression()))
                return
            }
            self = before
        }
        guard arguments.named.isEmpty else { throw unexpected("name=value after a named argument") }
        arguments.positional.append(try expression())
    }

    // MARK: filters and tests

    private mutating func filtered(_ value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
        var value = value
        while true {
            let line = line
            if skip(sign: "|") {
                value = try expression(line, .filter(value, try application()))
            } else if skip(name: "is") {
                value = try expression(line, try test(value))
            } else if skip(sign: "(") {
                value = try expression(line, .call(value, try arguments()))
            } else {
                return value
            }
        }
    }

    /// A filter's name with its arguments.
    mutating func application() throws(TemplateError) -> TemplateExpression.Application {
        let name = try expectName()
        return .init(name: name, arguments: skip(sign: "(") ? try arguments() : .init())
    }

    /// A test's name with its arguments, of which a single one needs no brackets.
    private mutating func test(_ value: TemplateExpression) throws(TemplateError) -> TemplateExpression.Form {
        let isNegated = skip(name: "not")
        let name = try expectName()
        var test = TemplateExpression.Application(name: name, arguments: .init())
        if skip(sign: "(") {
            test.arguments = try arguments()
        } else if beginsArgument {
            test.arguments.positional = [try postfix(try primary())]
        }
        return .test(value, test, isNegated: isNegated)
    }

    private var beginsArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and", "is"].contains(name)
        case .string, .integer, .float, .sign("["), .sign("{"): true
        default: false
        }
    }
}

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
}

/// The tightest parts of an expression: values, what is asked of them, and the filters and tests that follow.
extension TemplateParser {
    mutating func primary() throws(TemplateError) -> TemplateExpression {
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

    mutating func postfix(_ value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
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

    mutating func arguments() throws(TemplateError) -> TemplateExpression.Arguments {
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

    mutating func filtered(_ value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
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

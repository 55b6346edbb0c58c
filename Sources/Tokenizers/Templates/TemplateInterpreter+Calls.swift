/// Calls of methods, macros and built-in functions.
extension TemplateInterpreter {
    func call(
        _ callee: TemplateExpression, _ arguments: TemplateExpression.Arguments
    ) throws(TemplateError) -> TemplateValue {
        if case .attribute(let inner, let name) = callee.form {
            return try callMember(name, of: try evaluate(inner), arguments)
        }
        if case .name("strftime_now") = callee.form, date == nil {
            throw failure(
                "strftime_now",
                "what a template writes may not depend on the clock; give the template a date (ChatTemplate.date)")
        }
        return try call(try evaluate(callee), arguments)
    }

    private func callMember(
        _ name: String, of value: TemplateValue, _ arguments: TemplateExpression.Arguments
    ) throws(TemplateError) -> TemplateValue {
        if let method = TemplateMethods.method(name, of: value) {
            return try call(method, named: ".\(name)()", on: value, arguments)
        }
        switch value {
        case .loop(let loop) where name == "cycle":
            let values = try evaluateAll(arguments.positional)
            guard !values.isEmpty else { throw failure("loop.cycle", "expected at least one value") }
            return values[loop.index % values.count]
        case .namespace: return try call(try attribute(name, of: value), arguments)
        default:
            let known = TemplateMethods.names(of: value).joined(separator: ", ")
            throw failure(".\(name)()", "\(value.kind) has no such method; known here: \(known)")
        }
    }

    private func call(
        _ value: TemplateValue, _ arguments: TemplateExpression.Arguments
    ) throws(TemplateError) -> TemplateValue {
        let positional = try evaluateAll(arguments.positional)
        var named: [(name: String, value: TemplateValue)] = []
        for (name, expression) in arguments.named { named.append((name, try evaluate(expression))) }
        switch value {
        case .macro(let macro): return try call(macro, positional, named)
        case .function(let function): return try call(function, positional, named)
        default: throw failure("call", "\(value.kind) cannot be called")
        }
    }

    private func call(
        _ function: TemplateFunction, _ positional: [TemplateValue], _ named: [(name: String, value: TemplateValue)]
    ) throws(TemplateError) -> TemplateValue {
        switch function {
        case .range: return try range(positional)
        case .raiseException:
            let message = try positional.first.map { value throws(TemplateError) in try printed(value).string } ?? ""
            throw failure("raise_exception", message)
        case .strftimeNow:
            guard let date, let format = positional.first?.text else {
                throw failure("strftime_now", "expected a format")
            }
            return try formatted(date, by: format)
        case .dict:
            return try counted(TemplateMapping(try members(positional, named)))
        case .namespace:
            var values: [String: TemplateValue] = [:]
            for (key, value) in try members(positional, named) { values[try printed(key).string] = value }
            return makeNamespace(values)
        }
    }

    /// The members of an optional mapping, and of named arguments.
    private func members(
        _ positional: [TemplateValue], _ named: [(name: String, value: TemplateValue)]
    ) throws(TemplateError) -> [(key: TemplateValue, value: TemplateValue)] {
        var members: [(key: TemplateValue, value: TemplateValue)] = []
        if let first = positional.first {
            guard case .mapping(let mapping) = first else {
                throw failure("call", "expected a mapping, found \(first.kind)")
            }
            members = mapping.members
        }
        return members + named.map { (key: .text(TemplateText($0.name)), value: $0.value) }
    }

    // MARK: built-in functions

    /// Binds the arguments to the parameters of a filter, test or method, and calls it.
    func call(
        _ builtin: TemplateBuiltin, named construct: String, on subject: TemplateValue,
        _ arguments: TemplateExpression.Arguments
    ) throws(TemplateError) -> TemplateValue {
        try takeSteps((subject.text?.count ?? 0) / 16)
        var values = try evaluateAll(arguments.positional).map(Optional.some)
        guard values.count <= builtin.parameters.count || builtin.isVariadic else {
            throw failure(construct, "takes \(builtin.parameters.count) arguments, found \(values.count)")
        }
        while values.count < builtin.parameters.count { values.append(nil) }
        for (name, expression) in arguments.named {
            guard let index = builtin.parameters.firstIndex(of: name) else {
                let known = builtin.parameters.isEmpty ? "none" : builtin.parameters.joined(separator: ", ")
                throw failure(construct, "no argument \(excerpt(name)); known here: \(known)")
            }
            values[index] = try evaluate(expression)
        }
        return try builtin.body(TemplateCall(interpreter: self, construct: construct, subject: subject, values: values))
    }

    func apply(
        _ filter: TemplateExpression.Application, to value: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        let construct = "filter \(excerpt(filter.name))"
        let builtin = try known(filter.name, in: TemplateFilters.all, construct)
        return try call(builtin, named: construct, on: value, filter.arguments)
    }

    func holds(_ test: TemplateExpression.Application, of value: TemplateValue) throws(TemplateError) -> Bool {
        let construct = "test \(excerpt(test.name))"
        let builtin = try known(test.name, in: TemplateTests.all, construct)
        return try call(builtin, named: construct, on: value, test.arguments).isTrue
    }

    /// The function of that name. One that is missing is an error only when it is reached, as in Jinja.
    func known(
        _ name: String, in table: [String: TemplateBuiltin], _ construct: String
    ) throws(TemplateError) -> TemplateBuiltin {
        if let builtin = table[name] { return builtin }
        throw failure(construct, "not supported; known here: \(table.keys.sorted().joined(separator: ", "))")
    }

    // MARK: macros

    /// What the macro writes when called. It sees its arguments and the names of the whole template.
    func call(
        _ macro: TemplateMacro, _ positional: [TemplateValue], _ named: [(name: String, value: TemplateValue)]
    ) throws(TemplateError) -> TemplateValue {
        let outer = scopes
        defer { scopes = outer }
        scopes = [outer[0], [:]]
        try bind(macro, positional, named)
        return .text(try capture(macro.body))
    }

    private func bind(
        _ macro: TemplateMacro, _ positional: [TemplateValue], _ named: [(name: String, value: TemplateValue)]
    ) throws(TemplateError) {
        guard positional.count <= macro.parameters.count else {
            throw failure("macro \(macro.name)", "takes \(macro.parameters.count) arguments, found \(positional.count)")
        }
        for (name, _) in named where !macro.parameters.contains(where: { $0.name == name }) {
            throw failure("macro \(macro.name)", "has no parameter \(excerpt(name))")
        }
        for (index, parameter) in macro.parameters.enumerated() {
            if index < positional.count {
                define(parameter.name, as: positional[index])
            } else if let argument = named.last(where: { $0.name == parameter.name }) {
                define(parameter.name, as: argument.value)
            } else if let defaultValue = parameter.defaultValue {
                define(parameter.name, as: try evaluate(defaultValue))
            } else {
                define(parameter.name, as: .undefined(excerpt(parameter.name)))
            }
        }
    }
}

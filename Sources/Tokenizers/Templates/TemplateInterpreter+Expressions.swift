/// Evaluates a template's expressions.
extension TemplateInterpreter {
    func evaluate(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
        try nested { () throws(TemplateError) in
            let outerLine = line
            line = expression.line
            let value = try evaluate(expression.form)
            line = outerLine
            return value
        }
    }

    private func evaluate(_ form: TemplateExpression.Form) throws(TemplateError) -> TemplateValue {
        switch form {
        case .none: .none
        case .bool(let bool): .bool(bool)
        case .integer(let integer): .integer(integer)
        case .float(let float): .float(float)
        case .text(let text): .text(text)
        case .name(let name): value(named: name)
        case .list(let items): try counted(try evaluateAll(items))
        case .mapping(let members): try evaluate(members)
        case .attribute(let inner, let name): try attribute(name, of: try evaluate(inner))
        case .item(let inner, let key): try item(try evaluate(key), of: try evaluate(inner))
        case .slice(let inner, let start, let end, let step): try slice(inner, start, end, step)
        case .call(let callee, let arguments): try call(callee, arguments)
        case .filter(let inner, let filter): try apply(filter, to: try evaluate(inner))
        case .test(let inner, let test, let isNegated):
            .bool(try holds(test, of: try evaluate(inner)) != isNegated)
        default: try evaluateOperation(form)
        }
    }

    private func evaluateOperation(_ form: TemplateExpression.Form) throws(TemplateError) -> TemplateValue {
        switch form {
        case .negative(let inner): return try signed(try evaluate(inner), isNegative: true)
        case .positive(let inner): return try signed(try evaluate(inner), isNegative: false)
        case .not(let inner): return .bool(try !evaluate(inner).isTrue)
        case .arithmetic(let left, let sign, let right):
            return try arithmetic(try evaluate(left), sign, try evaluate(right))
        case .concatenation(let parts): return try concatenate(parts)
        case .comparison(let first, let others): return .bool(try compare(first, others))
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .choice(let condition, let then, let otherwise):
            if try evaluate(condition).isTrue { return try evaluate(then) }
            return try otherwise.map { inner throws(TemplateError) in try evaluate(inner) } ?? .undefined("the value")
        default: return .none
        }
    }

    func evaluateAll(_ expressions: [TemplateExpression]) throws(TemplateError) -> [TemplateValue] {
        var values: [TemplateValue] = []
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func evaluate(
        _ members: [(key: TemplateExpression, value: TemplateExpression)]
    ) throws(TemplateError) -> TemplateValue {
        var values: [(key: TemplateValue, value: TemplateValue)] = []
        for (key, value) in members { values.append((try evaluate(key), try evaluate(value))) }
        return try counted(TemplateMapping(values))
    }

    private func concatenate(_ parts: [TemplateExpression]) throws(TemplateError) -> TemplateValue {
        var units: [UInt32] = []
        for part in parts { units += try printed(try evaluate(part)).units }
        return .text(try counted(TemplateText(units: units)))
    }

    // MARK: members

    /// `value.name`, where it is not called.
    func attribute(_ name: String, of value: TemplateValue) throws(TemplateError) -> TemplateValue {
        switch value {
        case .undefined: throw failure(".\(name)", "asked of \(value.kind)")
        case .namespace(let namespace): namespace.members[name] ?? .undefined(excerpt(name))
        case .loop(let loop): try loopAttribute(name, of: loop)
        default: try item(.text(TemplateText(name)), of: value)
        }
    }

    /// `value[key]`; undefined when there is no such item.
    func item(_ key: TemplateValue, of value: TemplateValue) throws(TemplateError) -> TemplateValue {
        let missing = TemplateValue.undefined((try? printed(key)).map { excerpt($0.string) } ?? "the item")
        switch value {
        case .undefined: throw failure("[…]", "asked of \(value.kind)")
        case .mapping(let mapping):
            try takeSteps(mapping.members.count / 16)
            return mapping.value(of: key) ?? missing
        case .list(let list):
            guard let index = key.integer.flatMap({ position($0, in: list.items.count) }) else { return missing }
            return list.items[index]
        case .text(let text):
            guard let index = key.integer.flatMap({ position($0, in: text.count) }) else { return missing }
            return .text(TemplateText(units: [text.units[index]]))
        default: return missing
        }
    }

    /// The place of a Python index, which counts from the end when negative; nil outside.
    private func position(_ index: Int, in count: Int) -> Int? {
        let position = index < 0 ? count.addingReportingOverflow(index).partialValue : index
        return (0..<count).contains(position) ? position : nil
    }

    private func loopAttribute(_ name: String, of loop: TemplateLoop) throws(TemplateError) -> TemplateValue {
        let count = loop.items.count
        switch name {
        case "index": return .integer(loop.index + 1)
        case "index0": return .integer(loop.index)
        case "revindex": return .integer(count - loop.index)
        case "revindex0": return .integer(count - loop.index - 1)
        case "first": return .bool(loop.index == 0)
        case "last": return .bool(loop.index == count - 1)
        case "length": return .integer(count)
        case "previtem": return loop.index > 0 ? loop.items[loop.index - 1] : .undefined("loop.previtem")
        case "nextitem": return loop.index + 1 < count ? loop.items[loop.index + 1] : .undefined("loop.nextitem")
        default:
            throw failure(
                "loop.\(name)",
                "not supported; known here: index, index0, revindex, revindex0, first, last, length, previtem, "
                    + "nextitem, cycle")
        }
    }

    // MARK: slices

    private func slice(
        _ inner: TemplateExpression, _ start: TemplateExpression?, _ end: TemplateExpression?,
        _ step: TemplateExpression?
    ) throws(TemplateError) -> TemplateValue {
        let value = try evaluate(inner)
        let (start, end) = (try bound(start), try bound(end))
        let step = try bound(step) ?? 1
        guard step != 0 else { throw failure("slice", "the step is 0") }
        switch value {
        case .undefined: return try counted([])
        case .list(let list):
            return try counted(positions(start, end, step, list.items.count).map { list.items[$0] })
        case .text(let text):
            let units = positions(start, end, step, text.count).map { text.units[$0] }
            return .text(try counted(TemplateText(units: units)))
        default: throw failure("slice", "expected a text or a list, found \(value.kind)")
        }
    }

    private func bound(_ expression: TemplateExpression?) throws(TemplateError) -> Int? {
        guard let expression else { return nil }
        let value = try evaluate(expression)
        if case .none = value { return nil }
        guard let integer = value.integer else { throw failure("slice", "expected an integer, found \(value.kind)") }
        return integer
    }

    /// The positions that a Python slice names, in order.
    private func positions(_ start: Int?, _ end: Int?, _ step: Int, _ count: Int) -> [Int] {
        let lowest = step > 0 ? 0 : -1
        let highest = step > 0 ? count : count - 1
        func clamped(_ bound: Int?, _ missing: Int) -> Int {
            guard let bound else { return missing }
            let position = bound < 0 ? bound.addingReportingOverflow(count).partialValue : bound
            return min(max(position, lowest), highest)
        }
        let first = clamped(start, step > 0 ? lowest : highest)
        let last = clamped(end, step > 0 ? highest : lowest)
        // A step longer than the text names one position at most; so the stride cannot overflow.
        return Array(stride(from: first, to: last, by: min(max(step, -count - 1), count + 1)))
    }

    // MARK: calls

    private func call(
        _ callee: TemplateExpression, _ arguments: TemplateExpression.Arguments
    ) throws(TemplateError) -> TemplateValue {
        if case .attribute(let inner, let name) = callee.form {
            return try callMember(name, of: try evaluate(inner), arguments)
        }
        if case .name("strftime_now") = callee.form {
            throw failure("strftime_now", "not supported: what a template writes may not depend on the clock")
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
            throw failure(
                ".\(name)()",
                "\(value.kind) has no such method; known here: \(TemplateMethods.names(of: value).joined(separator: ", "))")
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

    private func range(_ arguments: [TemplateValue]) throws(TemplateError) -> TemplateValue {
        let bounds = arguments.compactMap(\.integer)
        guard bounds.count == arguments.count, (1...3).contains(bounds.count) else {
            throw failure("range", "expected one to three integers")
        }
        let step = bounds.count == 3 ? bounds[2] : 1
        let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
        guard step != 0 else { throw failure("range", "the step is 0") }
        let (limit, bound) = (100_000, 1 << 60)
        guard [start, end, step].allSatisfy({ $0.magnitude < bound }), (end - start) / step < limit else {
            throw failure("range", "more than \(limit) numbers")
        }
        return try counted(stride(from: start, to: end, by: step).map { .integer($0) })
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
}

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
}

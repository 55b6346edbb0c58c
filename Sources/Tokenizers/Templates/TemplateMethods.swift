/// The methods of Python's texts, mappings and lists that templates may call.
enum TemplateMethods {
    /// The method of a value, or nil.
    static func method(_ name: String, of value: TemplateValue) -> TemplateBuiltin? {
        switch value {
        case .text: ofText[name]
        case .mapping: ofMapping[name]
        default: nil
        }
    }

    /// The methods that a value has, for error messages.
    static func names(of value: TemplateValue) -> [String] {
        switch value {
        case .text: ofText.keys.sorted()
        case .mapping: ofMapping.keys.sorted()
        default: ["none"]
        }
    }

    private static let ofMapping: [String: TemplateBuiltin] = [
        "get": TemplateBuiltin(["key", "default"]) { call throws(TemplateError) in
            let value = try call.interpreter.item(try call.required(0), of: call.subject)
            return value.isUndefined ? call.value(1) ?? .none : value
        },
        "items": TemplateBuiltin { call throws(TemplateError) in try call.list(try call.memberPairs()) },
        "keys": TemplateBuiltin { call throws(TemplateError) in try call.list(try call.items()) },
        "values": TemplateBuiltin { call throws(TemplateError) in
            guard case .mapping(let mapping) = call.subject else { return .none }
            return try call.list(mapping.members.map(\.value))
        },
    ]

    private static let ofText: [String: TemplateBuiltin] = [
        "strip": stripping(left: true, right: true),
        "lstrip": stripping(left: true, right: false),
        "rstrip": stripping(left: false, right: true),
        "upper": TemplateBuiltin { call throws(TemplateError) in try call.result(try call.text().uppercased()) },
        "lower": TemplateBuiltin { call throws(TemplateError) in try call.result(try call.text().lowercased()) },
        "capitalize": TemplateBuiltin { call throws(TemplateError) in
            try call.result(try call.text().capitalized())
        },
        "title": TemplateBuiltin { call throws(TemplateError) in try call.result(try call.text().titlecased()) },
        "startswith": affix { $0.hasPrefix($1) },
        "endswith": affix { $0.hasSuffix($1) },
        "split": TemplateBuiltin(["sep", "maxsplit"]) { call throws(TemplateError) in
            guard let separator = try call.text(0) else { return try call.list(try call.words()) }
            guard !separator.isEmpty else { throw call.failure("the separator is empty") }
            return try call.list(try call.text().split(by: separator, limit: try call.limit(1)))
        },
        "rsplit": TemplateBuiltin(["sep", "maxsplit"]) { call throws(TemplateError) in
            let separator = try call.pattern(0)
            return try call.list(try call.text().splitFromRight(by: separator, limit: try call.limit(1)))
        },
        "splitlines": TemplateBuiltin { call throws(TemplateError) in try call.list(try call.text().lines()) },
        "replace": TemplateBuiltin(["old", "new", "count"]) { call throws(TemplateError) in try call.replaced() },
        "find": TemplateBuiltin(["sub"]) { call throws(TemplateError) in
            .integer(try call.text().occurrences(of: try call.pattern(0), limit: 1).first ?? -1)
        },
        "rfind": TemplateBuiltin(["sub"]) { call throws(TemplateError) in
            let parts = try call.text().splitFromRight(by: try call.pattern(0), limit: 1)
            return .integer(parts.count < 2 ? -1 : parts[0].count)
        },
        "count": TemplateBuiltin(["sub"]) { call throws(TemplateError) in
            .integer(try call.text().occurrences(of: try call.pattern(0)).count)
        },
        "format": TemplateBuiltin(isVariadic: true) { call throws(TemplateError) in try call.formatted() },
        "join": TemplateBuiltin(["iterable"]) { call throws(TemplateError) in
            let items = try call.interpreter.items(of: try call.required(0), for: call.construct)
            return try call.joined(items, by: try call.text())
        },
        "removeprefix": TemplateBuiltin(["prefix"]) { call throws(TemplateError) in
            let (text, prefix) = (try call.text(), try call.requiredText(0))
            return try call.result(
                text.hasPrefix(prefix) ? TemplateText(units: Array(text.units.dropFirst(prefix.count))) : text)
        },
        "removesuffix": TemplateBuiltin(["suffix"]) { call throws(TemplateError) in
            let (text, suffix) = (try call.text(), try call.requiredText(0))
            return try call.result(
                text.hasSuffix(suffix) ? TemplateText(units: Array(text.units.dropLast(suffix.count))) : text)
        },
        "isdigit": TemplateBuiltin { call throws(TemplateError) in
            let text = try call.text()
            return .bool(!text.isEmpty && text.scalars.allSatisfy { $0.properties.numericType != nil })
        },
        "isspace": TemplateBuiltin { call throws(TemplateError) in
            let text = try call.text()
            return .bool(!text.isEmpty && text.scalars.allSatisfy(\.isPythonSpace))
        },
    ]

    private static func stripping(left: Bool, right: Bool) -> TemplateBuiltin {
        TemplateBuiltin(["chars"]) { call throws(TemplateError) in
            try call.result(try call.text().stripped(of: try call.text(0), left: left, right: right))
        }
    }

    /// A test of a text's beginning or end, against one text or any of a list.
    private static func affix(_ isThere: @escaping @Sendable (TemplateText, TemplateText) -> Bool) -> TemplateBuiltin {
        TemplateBuiltin(["affix"]) { call throws(TemplateError) in
            let text = try call.text()
            guard case .list(let choices)? = call.value(0) else {
                return .bool(isThere(text, try call.requiredText(0)))
            }
            return .bool(choices.items.compactMap(\.text).contains { isThere(text, $0) })
        }
    }
}

extension TemplateCall {
    /// The members of a mapping, each as a list of key and value.
    func memberPairs() throws(TemplateError) -> [TemplateValue] {
        switch subject {
        case .undefined: return []
        case .mapping(let mapping):
            return mapping.members.map { .list(TemplateList([$0.key, $0.value])) }
        default: throw failure("expected a mapping, found \(subject.kind)")
        }
    }

    /// The words of the text, all of them or as many as `maxsplit` allows and the rest.
    fileprivate func words() throws(TemplateError) -> [TemplateText] {
        let text = try text()
        guard try limit(1) == .max else { throw failure("maxsplit needs a separator here") }
        return text.words()
    }

    /// The text with one text replaced by another.
    func replaced() throws(TemplateError) -> TemplateValue {
        let (old, new) = (try pattern(0), try requiredText(1))
        return try result(try text().replacing(old, with: new, limit: try limit(2)))
    }

    /// The text with every `{}` or `{0}` replaced by an argument, and doubled braces by single ones.
    fileprivate func formatted() throws(TemplateError) -> TemplateValue {
        var units: [UInt32] = []
        var (rest, next) = (try text().units[...], 0)
        while let unit = rest.popFirst() {
            let scalar = TemplateText.scalar(unit)
            if scalar == "{" || scalar == "}", rest.first.map(TemplateText.scalar) == scalar {
                units.append(rest.removeFirst())
            } else if scalar == "{" {
                let field = rest.prefix { TemplateText.scalar($0) != "}" }
                rest = rest.dropFirst(field.count + 1)
                units += try argument(of: TemplateText(units: Array(field)).string, &next).units
            } else {
                units.append(unit)
            }
        }
        return try result(TemplateText(units: units))
    }

    private func argument(of field: String, _ next: inout Int) throws(TemplateError) -> TemplateText {
        let index = field.isEmpty ? next : Int(field)
        next += 1
        guard let index, values.indices.contains(index), let value = values[index] else {
            throw failure("expected {} or {0} and an argument for it, found {\(field)}")
        }
        return try interpreter.counted(try interpreter.printed(value))
    }

    /// The texts of all items, `separator` between them.
    func joined(_ items: [TemplateValue], by separator: TemplateText) throws(TemplateError) -> TemplateValue {
        var units: [UInt32] = []
        for (index, item) in items.enumerated() {
            if index > 0 { units += separator.units }
            units += try interpreter.counted(try interpreter.printed(item)).units
        }
        return try result(TemplateText(units: units))
    }
}

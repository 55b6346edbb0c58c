/// What may follow `|`.
enum TemplateFilters {
    static let all: [String: TemplateBuiltin] = ofText.merging(ofLists) { $1 }.merging(ofValues) { $1 }

    // MARK: texts

    private static let ofText: [String: TemplateBuiltin] = [
        "trim": TemplateBuiltin(["chars"]) { call throws(TemplateError) in
            try call.result(try call.text().stripped(of: try call.text(0)))
        },
        "upper": TemplateBuiltin { call throws(TemplateError) in try call.result(try call.text().uppercased()) },
        "lower": TemplateBuiltin { call throws(TemplateError) in try call.result(try call.text().lowercased()) },
        "capitalize": TemplateBuiltin { call throws(TemplateError) in
            try call.result(try call.text().capitalized())
        },
        "title": TemplateBuiltin { call throws(TemplateError) in try call.result(try call.text().titlecased()) },
        "replace": TemplateBuiltin(["old", "new", "count"]) { call throws(TemplateError) in try call.replaced() },
        "indent": TemplateBuiltin(["width", "first", "blank"]) { call throws(TemplateError) in
            let indented = try call.text().indented(
                by: try call.indentation(), first: call.value(1)?.isTrue ?? false, blank: call.value(2)?.isTrue ?? false
            )
            return try call.result(indented)
        },
        "safe": TemplateBuiltin { call throws(TemplateError) in .text(try call.text()) },
        "string": TemplateBuiltin { call throws(TemplateError) in .text(try call.text()) },
    ]

    // MARK: lists

    private static let ofLists: [String: TemplateBuiltin] = [
        "length": TemplateBuiltin { call throws(TemplateError) in .integer(try call.count()) },
        "count": TemplateBuiltin { call throws(TemplateError) in .integer(try call.count()) },
        "first": TemplateBuiltin { call throws(TemplateError) in
            try call.items().first ?? .undefined("the first item")
        },
        "last": TemplateBuiltin { call throws(TemplateError) in
            try call.items().last ?? .undefined("the last item")
        },
        "list": TemplateBuiltin { call throws(TemplateError) in try call.list(try call.items()) },
        "join": TemplateBuiltin(["d", "attribute"]) { call throws(TemplateError) in
            var items = try call.items()
            if let attribute = call.value(1) {
                items = try items.mapThrowing { item throws(TemplateError) in try call.attribute(attribute, of: item) }
            }
            return try call.joined(items, by: try call.text(0) ?? TemplateText())
        },
        "reverse": TemplateBuiltin { call throws(TemplateError) in
            if let text = call.subject.text { return try call.result(text.reversed()) }
            return try call.list(try call.items().reversed())
        },
        "min": TemplateBuiltin { call throws(TemplateError) in
            try call.sorted(try call.items(), by: nil).first ?? .undefined("the smallest item")
        },
        "max": TemplateBuiltin { call throws(TemplateError) in
            try call.sorted(try call.items(), by: nil).last ?? .undefined("the largest item")
        },
        "sum": TemplateBuiltin { call throws(TemplateError) in
            var sum = TemplateValue.integer(0)
            for item in try call.items() { sum = try call.interpreter.arithmetic(sum, .add, item) }
            return sum
        },
        "unique": TemplateBuiltin { call throws(TemplateError) in
            var found: [TemplateValue] = []
            for item in try call.items() {
                try call.interpreter.takeSteps(found.count)
                if !found.contains(where: { $0.equals(item) }) { found.append(item) }
            }
            return try call.list(found)
        },
        "sort": TemplateBuiltin(["reverse", "case_sensitive", "attribute"]) { call throws(TemplateError) in
            try call.list(try call.sorted(try call.items(), by: call.value(2)))
        },
        "select": TemplateBuiltin(["test"], isVariadic: true) { call throws(TemplateError) in
            try call.chosen(keeping: true, attribute: nil, testAt: 0)
        },
        "reject": TemplateBuiltin(["test"], isVariadic: true) { call throws(TemplateError) in
            try call.chosen(keeping: false, attribute: nil, testAt: 0)
        },
        "selectattr": TemplateBuiltin(["attribute", "test"], isVariadic: true) { call throws(TemplateError) in
            try call.chosen(keeping: true, attribute: try call.required(0), testAt: 1)
        },
        "rejectattr": TemplateBuiltin(["attribute", "test"], isVariadic: true) { call throws(TemplateError) in
            try call.chosen(keeping: false, attribute: try call.required(0), testAt: 1)
        },
        "map": TemplateBuiltin(["filter", "attribute", "default"], isVariadic: true) { call throws(TemplateError) in
            try call.mapped()
        },
        "items": TemplateBuiltin { call throws(TemplateError) in try call.list(try call.memberPairs()) },
        "dictsort": TemplateBuiltin(["case_sensitive", "by", "reverse"]) { call throws(TemplateError) in
            try call.list(try call.sorted(try call.memberPairs(), by: .integer(0), reverseAt: 2, caseAt: 0))
        },
    ]

    // MARK: values

    private static let ofValues: [String: TemplateBuiltin] = [
        "default": defaulting, "d": defaulting,
        "tojson": TemplateBuiltin(["ensure_ascii", "indent", "separators", "sort_keys"]) { call throws(TemplateError) in
            guard let text = try call.jsonWriter().string(call.subject) else {
                throw call.failure("\(call.subject.kind), or something in it, has no JSON")
            }
            return try call.result(text)
        },
        "int": TemplateBuiltin(["default"]) { call throws(TemplateError) in
            if let integer = call.subject.integer { return .integer(integer) }
            let number = call.subject.number ?? call.subject.text.flatMap { Double($0.stripped(of: nil).string) }
            if let whole = number.flatMap({ Int(exactly: $0.rounded(.towardZero)) }) { return .integer(whole) }
            return .integer(try call.integer(0) ?? 0)
        },
        "float": TemplateBuiltin(["default"]) { call throws(TemplateError) in
            let number = call.subject.number ?? call.subject.text.flatMap { Double($0.stripped(of: nil).string) }
            return number.map { .float($0) } ?? call.value(0) ?? .float(0)
        },
        "abs": TemplateBuiltin { call throws(TemplateError) in
            if let integer = call.subject.integer, integer != .min { return .integer(abs(integer)) }
            guard let number = call.subject.number else { throw call.failure("expected a number") }
            return .float(abs(number))
        },
    ]

    private static let defaulting = TemplateBuiltin(["default_value", "boolean"]) { call throws(TemplateError) in
        let isMissing = call.subject.isUndefined || (call.value(1)?.isTrue == true && !call.subject.isTrue)
        return isMissing ? call.value(0) ?? .text(TemplateText()) : call.subject
    }
}

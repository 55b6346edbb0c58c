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
                by: try call.indentation(), first: call.value(1)?.isTrue ?? false, blank: call.value(2)?.isTrue ?? false)
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

// MARK: - Parts of filters

extension TemplateCall {
    fileprivate func count() throws(TemplateError) -> Int {
        if let text = subject.text { return text.count }
        return try items().count
    }

    /// The member of an item that a dotted path names, such as "function.name".
    fileprivate func attribute(_ path: TemplateValue, of item: TemplateValue) throws(TemplateError) -> TemplateValue {
        guard let text = path.text else { return try interpreter.item(path, of: item) }
        var value = item
        for name in text.split(by: TemplateText(".")) {
            let key = Int(name.string).map { TemplateValue.integer($0) } ?? .text(name)
            value = try interpreter.item(key, of: value)
        }
        return value
    }

    /// The items for which a test holds, or does not; without a test, those that are true.
    fileprivate func chosen(
        keeping: Bool, attribute path: TemplateValue?, testAt index: Int
    ) throws(TemplateError) -> TemplateValue {
        let test = try builtin(at: index, in: TemplateTests.all, "test")
        var chosen: [TemplateValue] = []
        for item in subject.isTrue ? try items() : [] {
            try interpreter.takeSteps(1)
            let subject = try path.map { path throws(TemplateError) in try attribute(path, of: item) } ?? item
            let holds = try test.map { test throws(TemplateError) in try apply(test, to: subject, from: index) } ?? subject
            if holds.isTrue == keeping { chosen.append(item) }
        }
        return try list(chosen)
    }

    /// Every item's member, or every item after a filter.
    fileprivate func mapped() throws(TemplateError) -> TemplateValue {
        guard subject.isTrue else { return try list([TemplateValue]()) }
        if let path = value(1) {
            return try list(
                try items().mapThrowing { item throws(TemplateError) in
                    let value = try attribute(path, of: item)
                    return value.isUndefined ? self.value(2) ?? value : value
                })
        }
        guard let filter = try builtin(at: 0, in: TemplateFilters.all, "filter") else {
            throw failure("expected a filter or attribute=…")
        }
        return try list(
            try items().mapThrowing { item throws(TemplateError) in try apply(filter, to: item, from: 2) })
    }

    /// The function that an argument names; nil when it was left out.
    private func builtin(
        at index: Int, in table: [String: TemplateBuiltin], _ kind: String
    ) throws(TemplateError) -> TemplateBuiltin? {
        guard let name = try text(index)?.string else { return nil }
        return try interpreter.known(name, in: table, "\(kind) \(excerpt(name))")
    }

    /// Calls a function with the arguments that follow the one at `index`.
    private func apply(
        _ builtin: TemplateBuiltin, to subject: TemplateValue, from index: Int
    ) throws(TemplateError) -> TemplateValue {
        try interpreter.nested { () throws(TemplateError) in
            try interpreter.takeSteps((subject.text?.count ?? 0) / 16)
            return try builtin.body(
                TemplateCall(
                    interpreter: interpreter, construct: construct, subject: subject,
                    values: Array(values.dropFirst(index + 1))))
        }
    }

    /// The items in order of a member of theirs, or of themselves; texts without regard to case unless asked for.
    fileprivate func sorted(
        _ items: [TemplateValue], by path: TemplateValue?, reverseAt: Int = 0, caseAt: Int = 1
    ) throws(TemplateError) -> [TemplateValue] {
        let isCaseSensitive = value(caseAt)?.isTrue ?? false
        var keyed: [(key: TemplateValue, item: TemplateValue)] = []
        for item in items {
            let key = try path.map { path throws(TemplateError) in try attribute(path, of: item) } ?? item
            keyed.append((isCaseSensitive ? key : key.text.map { .text($0.lowercased()) } ?? key, item))
        }
        try interpreter.takeSteps(items.count * 8)
        let isReversed = value(reverseAt)?.isTrue ?? false
        return try keyed.sortedStably { left, right throws(TemplateError) in
            isReversed ? try interpreter.precedes(right.key, left.key) : try interpreter.precedes(left.key, right.key)
        }.map(\.item)
    }

    fileprivate func indentation() throws(TemplateError) -> TemplateText {
        if let text = value(0)?.text { return text }
        let width = try integer(0) ?? 4
        guard (0...256).contains(width) else { throw failure("expected a width from 0 to 256") }
        return TemplateText(String(repeating: " ", count: width))
    }

    fileprivate func jsonWriter() throws(TemplateError) -> PythonJSON {
        let indent = value(1).flatMap { $0.isNone ? nil : $0 }
        guard indent == nil || (0...64).contains(indent?.integer ?? -1) else { throw failure("expected an indent") }
        var writer = PythonJSON(indent: indent?.integer)
        writer.escapesNonASCII = value(0)?.isTrue ?? false
        writer.sortsKeys = value(3)?.isTrue ?? false
        if case .list(let separators)? = value(2) {
            let texts = separators.items.compactMap(\.text)
            guard texts.count == 2 else { throw failure("expected two separators") }
            (writer.itemSeparator, writer.keySeparator) = (texts[0].string, texts[1].string)
        }
        return writer
    }
}

extension TemplateText {
    /// Every line but the first, and but empty ones, with `indentation` before it, unless asked otherwise.
    fileprivate func indented(by indentation: TemplateText, first: Bool, blank: Bool) -> TemplateText {
        let lines = split(by: TemplateText("\n"))
        let indented = lines.enumerated().map { index, line in
            (index == 0 && !first) || (line.isEmpty && !blank && index > 0) ? line : indentation + line
        }
        return TemplateText(units: Array(indented.map(\.units).joined(separator: TemplateText("\n").units)))
    }

    /// Every word begins in upper case and goes on in lower case.
    func titlecased() -> TemplateText {
        let breaks: Set<Unicode.Scalar> = ["-", "(", "{", "[", "<"]
        var (words, word): ([UInt32], [UInt32]) = ([], [])
        for unit in units {
            let scalar = TemplateText.scalar(unit)
            if scalar.isPythonSpace || breaks.contains(scalar) {
                words += TemplateText(units: word).capitalized().units + [unit]
                word = []
            } else {
                word.append(unit)
            }
        }
        return TemplateText(units: words + TemplateText(units: word).capitalized().units)
    }
}

extension Array {
    /// `map` with the error's type kept.
    fileprivate func mapThrowing<Result, Failure: Error>(
        _ transform: (Element) throws(Failure) -> Result
    ) throws(Failure) -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try transform(element)) }
        return results
    }

    /// Sorted by insertion of halves, equal elements in their old order; the error's type is kept.
    fileprivate func sortedStably<Failure: Error>(
        by precedes: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) -> [Element] {
        guard count > 1 else { return self }
        let left = try Array(self[..<(count / 2)]).sortedStably(by: precedes)
        let right = try Array(self[(count / 2)...]).sortedStably(by: precedes)
        var merged: [Element] = []
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if try precedes(right[j], left[i]) {
                merged.append(right[j])
                j += 1
            } else {
                merged.append(left[i])
                i += 1
            }
        }
        return merged + left[i...] + right[j...]
    }
}

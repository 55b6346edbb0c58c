/// What the filters do that takes more than a line.
extension TemplateCall {
    func count() throws(TemplateError) -> Int {
        if let text = subject.text { return text.count }
        return try items().count
    }

    /// The member of an item that a dotted path names, such as "function.name".
    func attribute(_ path: TemplateValue, of item: TemplateValue) throws(TemplateError) -> TemplateValue {
        guard let text = path.text else { return try interpreter.item(path, of: item) }
        var value = item
        for name in text.split(by: TemplateText(".")) {
            let key = Int(name.string).map { TemplateValue.integer($0) } ?? .text(name)
            value = try interpreter.item(key, of: value)
        }
        return value
    }

    /// The items for which a test holds, or does not; without a test, those that are true.
    func chosen(
        keeping: Bool, attribute path: TemplateValue?, testAt index: Int
    ) throws(TemplateError) -> TemplateValue {
        let test = try builtin(at: index, in: TemplateTests.all, "test")
        var chosen: [TemplateValue] = []
        for item in subject.isTrue ? try items() : [] {
            try interpreter.takeSteps(1)
            let subject = try path.map { path throws(TemplateError) in try attribute(path, of: item) } ?? item
            let holds =
                try test.map { test throws(TemplateError) in try apply(test, to: subject, from: index) } ?? subject
            if holds.isTrue == keeping { chosen.append(item) }
        }
        return try list(chosen)
    }

    /// Every item's member, or every item after a filter.
    func mapped() throws(TemplateError) -> TemplateValue {
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
    func sorted(
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

    func indentation() throws(TemplateError) -> TemplateText {
        if let text = value(0)?.text { return text }
        let width = try integer(0) ?? 4
        guard (0...256).contains(width) else { throw failure("expected a width from 0 to 256") }
        return TemplateText(String(repeating: " ", count: width))
    }

    func jsonWriter() throws(TemplateError) -> PythonJSON {
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
    func indented(by indentation: TemplateText, first: Bool, blank: Bool) -> TemplateText {
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
    func mapThrowing<Result, Failure: Error>(
        _ transform: (Element) throws(Failure) -> Result
    ) throws(Failure) -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try transform(element)) }
        return results
    }

    /// Sorted by insertion of halves, equal elements in their old order; the error's type is kept.
    func sortedStably<Failure: Error>(
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

/// Python's slices and ranges.
extension TemplateInterpreter {
    func slice(
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

    /// `range`, of at most 100,000 numbers.
    func range(_ arguments: [TemplateValue]) throws(TemplateError) -> TemplateValue {
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
}

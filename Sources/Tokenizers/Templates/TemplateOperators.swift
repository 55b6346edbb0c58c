/// Python's operators.
extension TemplateInterpreter {
    func signed(_ value: TemplateValue, isNegative: Bool) throws(TemplateError) -> TemplateValue {
        if let integer = value.integer {
            let (negative, overflow) = (0).subtractingReportingOverflow(integer)
            guard !(isNegative && overflow) else { throw failure("-", "the number is too large") }
            return .integer(isNegative ? negative : integer)
        }
        guard case .float(let float) = value else { throw failure("-", "expected a number, found \(value.kind)") }
        return .float(isNegative ? -float : float)
    }

    func arithmetic(
        _ left: TemplateValue, _ sign: TemplateExpression.Arithmetic, _ right: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        switch (left, sign, right) {
        case (.text(let left), .add, .text(let right)): return .text(try counted(left + right))
        case (.list(let left), .add, .list(let right)): return try counted(left.items + right.items)
        case (.text(let text), .multiply, .integer(let count)), (.integer(let count), .multiply, .text(let text)):
            return .text(try repeated(text, count))
        default: break
        }
        if let left = left.integer, let right = right.integer, sign != .divide {
            return .integer(try arithmetic(left, sign, right))
        }
        guard let leftNumber = left.number, let rightNumber = right.number else {
            throw failure(sign.rawValue, "cannot combine \(left.kind) and \(right.kind)")
        }
        return .float(try arithmetic(leftNumber, sign, rightNumber))
    }

    private func repeated(_ text: TemplateText, _ count: Int) throws(TemplateError) -> TemplateText {
        let (total, overflow) = text.count.multipliedReportingOverflow(by: max(count, 0))
        guard !overflow, total <= 1 << 20 else { throw failure("*", "the text would be too long") }
        return try counted(TemplateText(units: Array(repeatElement(text.units, count: max(count, 0)).joined())))
    }

    private func arithmetic(
        _ left: Int, _ sign: TemplateExpression.Arithmetic, _ right: Int
    ) throws(TemplateError) -> Int {
        let (result, overflow): (Int, Bool)
        switch sign {
        case .add: (result, overflow) = left.addingReportingOverflow(right)
        case .subtract: (result, overflow) = left.subtractingReportingOverflow(right)
        case .multiply: (result, overflow) = left.multipliedReportingOverflow(by: right)
        case .floorDivide, .remainder, .divide: (result, overflow) = try division(left, sign, right)
        case .power: (result, overflow) = power(left, right)
        }
        guard !overflow else { throw failure(sign.rawValue, "the number is too large") }
        return result
    }

    /// Rounds down, as Python does; so the remainder has the sign of the divisor.
    private func division(
        _ left: Int, _ sign: TemplateExpression.Arithmetic, _ right: Int
    ) throws(TemplateError) -> (Int, Bool) {
        guard right != 0 else { throw failure(sign.rawValue, "division by zero") }
        let (quotient, overflow) = left.dividedReportingOverflow(by: right)
        guard !overflow else { return (0, true) }
        let remainder = left - quotient * right
        let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
        return sign == .remainder
            ? (isBelow ? remainder + right : remainder, false) : (isBelow ? quotient - 1 : quotient, false)
    }

    private func power(_ base: Int, _ exponent: Int) -> (Int, Bool) {
        guard (0...64).contains(exponent) else { return (0, true) }
        var result = 1
        for _ in 0..<exponent {
            let (product, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow { return (0, true) }
            result = product
        }
        return (result, false)
    }

    private func arithmetic(
        _ left: Double, _ sign: TemplateExpression.Arithmetic, _ right: Double
    ) throws(TemplateError) -> Double {
        switch sign {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide, .floorDivide, .remainder:
            guard right != 0 else { throw failure(sign.rawValue, "division by zero") }
            let floor = (left / right).rounded(.down)
            return sign == .divide ? left / right : sign == .floorDivide ? floor : left - floor * right
        case .power: throw failure("**", "only whole numbers can be raised to a power")
        }
    }

    // MARK: comparison

    /// A chain of comparisons: each value against the next one.
    func compare(
        _ first: TemplateExpression, _ others: [(TemplateExpression.Comparison, TemplateExpression)]
    ) throws(TemplateError) -> Bool {
        var left = try evaluate(first)
        for (comparison, expression) in others {
            let right = try evaluate(expression)
            guard try holds(left, comparison, right) else { return false }
            left = right
        }
        return true
    }

    func holds(
        _ left: TemplateValue, _ comparison: TemplateExpression.Comparison, _ right: TemplateValue
    ) throws(TemplateError) -> Bool {
        try takeSteps(left.size / 16)
        return switch comparison {
        case .equal: left.equals(right)
        case .notEqual: !left.equals(right)
        case .less: try precedes(left, right, comparison)
        case .greater: try precedes(right, left, comparison)
        case .lessOrEqual: try !precedes(right, left, comparison)
        case .greaterOrEqual: try !precedes(left, right, comparison)
        case .isIn: try contains(right, left)
        case .notIn: try !contains(right, left)
        }
    }

    func precedes(
        _ left: TemplateValue, _ right: TemplateValue, _ comparison: TemplateExpression.Comparison = .less
    ) throws(TemplateError) -> Bool {
        if let left = left.integer, let right = right.integer { return left < right }
        if let left = left.number, let right = right.number { return left < right }
        guard let leftText = left.text, let rightText = right.text else {
            throw failure(comparison.rawValue, "cannot compare \(left.kind) and \(right.kind)")
        }
        return leftText.precedes(rightText)
    }

    private func contains(_ container: TemplateValue, _ value: TemplateValue) throws(TemplateError) -> Bool {
        try takeSteps(container.size / 16)
        switch container {
        case .undefined: return false
        case .list(let list): return list.items.contains { $0.equals(value) }
        case .mapping(let mapping): return mapping.value(of: value) != nil
        case .text(let text):
            guard let part = value.text else { throw failure("in", "expected a text, found \(value.kind)") }
            return text.contains(part)
        default: throw failure("in", "\(container.kind) contains nothing")
        }
    }
}

extension TemplateValue {
    /// Characters and items, to say how long comparing takes.
    fileprivate var size: Int {
        switch self {
        case .text(let text): text.count
        case .list(let list): list.items.reduce(list.items.count) { $0 + $1.size }
        case .mapping(let mapping): mapping.members.reduce(mapping.members.count) { $0 + $1.value.size }
        default: 1
        }
    }
}

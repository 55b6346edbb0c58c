/// What may follow `is`.
enum TemplateTests {
    static let all: [String: TemplateBuiltin] = [
        "defined": TemplateBuiltin { .bool(!$0.subject.isUndefined) },
        "undefined": TemplateBuiltin { .bool($0.subject.isUndefined) },
        "none": TemplateBuiltin { .bool($0.subject.isNone) },
        "true": TemplateBuiltin { .bool($0.subject.isBool(true)) },
        "false": TemplateBuiltin { .bool($0.subject.isBool(false)) },
        "boolean": TemplateBuiltin { .bool($0.subject.isBool(true) || $0.subject.isBool(false)) },
        "string": TemplateBuiltin { .bool($0.subject.text != nil) },
        "integer": TemplateBuiltin { .bool($0.subject.isInteger) },
        "float": TemplateBuiltin { .bool($0.subject.isFloat) },
        "number": TemplateBuiltin { .bool($0.subject.number != nil) },
        "mapping": TemplateBuiltin { .bool($0.subject.isMapping) },
        "sequence": TemplateBuiltin { .bool($0.subject.isIterable) },
        "iterable": TemplateBuiltin { .bool($0.subject.isIterable) },
        "callable": TemplateBuiltin { .bool($0.subject.isCallable) },
        "odd": TemplateBuiltin { call throws(TemplateError) in .bool(try call.number() % 2 != 0) },
        "even": TemplateBuiltin { call throws(TemplateError) in .bool(try call.number() % 2 == 0) },
        "divisibleby": TemplateBuiltin(["num"]) { call throws(TemplateError) in
            guard let divisor = try call.integer(0), divisor != 0, divisor != -1 else {
                throw call.failure("expected a divisor")
            }
            return .bool(try call.number() % divisor == 0)
        },
        "lower": TemplateBuiltin { call throws(TemplateError) in
            let text = try call.text()
            return .bool(text.equals(text.lowercased()))
        },
        "upper": TemplateBuiltin { call throws(TemplateError) in
            let text = try call.text()
            return .bool(text.equals(text.uppercased()))
        },
        "equalto": comparison(.equal), "eq": comparison(.equal), "ne": comparison(.notEqual),
        "lt": comparison(.less), "lessthan": comparison(.less), "le": comparison(.lessOrEqual),
        "gt": comparison(.greater), "greaterthan": comparison(.greater), "ge": comparison(.greaterOrEqual),
        "==": comparison(.equal), "!=": comparison(.notEqual), "<": comparison(.less), "<=": comparison(.lessOrEqual),
        ">": comparison(.greater), ">=": comparison(.greaterOrEqual), "in": comparison(.isIn),
        "sameas": comparison(.equal),
    ]

    private static func comparison(_ comparison: TemplateExpression.Comparison) -> TemplateBuiltin {
        TemplateBuiltin(["other"]) { call throws(TemplateError) in
            .bool(try call.interpreter.holds(call.subject, comparison, try call.required(0)))
        }
    }
}

extension TemplateCall {
    /// The whole number that the test is applied to.
    fileprivate func number() throws(TemplateError) -> Int {
        guard let integer = subject.integer else { throw failure("expected an integer, found \(subject.kind)") }
        return integer
    }
}

extension TemplateValue {
    var isUndefined: Bool { if case .undefined = self { true } else { false } }
    var isNone: Bool { if case .none = self { true } else { false } }
    fileprivate var isInteger: Bool { if case .integer = self { true } else { false } }
    fileprivate var isFloat: Bool { if case .float = self { true } else { false } }
    fileprivate var isMapping: Bool { if case .mapping = self { true } else { false } }

    fileprivate func isBool(_ wanted: Bool) -> Bool { if case .bool(wanted) = self { true } else { false } }

    fileprivate var isIterable: Bool {
        switch self {
        case .undefined, .text, .list, .mapping: true
        default: false
        }
    }

    fileprivate var isCallable: Bool {
        switch self {
        case .macro, .function: true
        default: false
        }
    }
}

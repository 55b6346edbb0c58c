/// A statement of a template, and what is inside it.
struct TemplateStatement: Sendable {
    /// What a value is given to.
    enum Target: Sendable {
        case name(String)
        /// The elements of a list, one name each.
        case names([String])
        /// A member of a namespace.
        case member(namespace: String, name: String)
    }

    struct Loop: Sendable {
        var target: Target
        var items: TemplateExpression
        /// Items for which it is not true are left out.
        var filter: TemplateExpression?
        var body: [TemplateStatement]
        /// Executed when there are no items.
        var otherwise: [TemplateStatement]
    }

    struct Branch: Sendable {
        /// Nil for `else`.
        var condition: TemplateExpression?
        var body: [TemplateStatement]
    }

    indirect enum Form: Sendable {
        case text(TemplateText)
        case output(TemplateExpression)
        case set(Target, TemplateExpression)
        /// What the body writes, after the filters, becomes the value.
        case capture(Target, filters: [TemplateExpression.Application], [TemplateStatement])
        /// What the body writes, after the filters.
        case filtered([TemplateExpression.Application], [TemplateStatement])
        case loop(Loop)
        case branches([Branch])
        case macro(TemplateMacro)
        /// A part that marks what the assistant wrote; rendered as if the mark were not there.
        case generation([TemplateStatement])
        case breakLoop
        case continueLoop
    }

    let line: Int
    let form: Form
}

/// A function that a template defines.
struct TemplateMacro: Sendable {
    struct Parameter: Sendable {
        var name: String
        var defaultValue: TemplateExpression?
    }

    var name: String
    var parameters: [Parameter]
    var body: [TemplateStatement]
}

/// An expression of a template.
struct TemplateExpression: Sendable {
    struct Arguments: Sendable {
        var positional: [TemplateExpression] = []
        var named: [(name: String, value: TemplateExpression)] = []

        var all: [TemplateExpression] { positional + named.map(\.value) }
    }

    /// A filter or a test with its arguments.
    struct Application: Sendable {
        var name: String
        var arguments: Arguments
    }

    enum Arithmetic: String, Sendable {
        case add = "+", subtract = "-", multiply = "*", divide = "/", floorDivide = "//", remainder = "%", power = "**"
    }

    enum Comparison: String, Sendable {
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
        case isIn = "in", notIn = "not in"
    }

    indirect enum Form: Sendable {
        case none
        case bool(Bool)
        case integer(Int)
        case float(Double)
        case text(TemplateText)
        case name(String)
        case list([TemplateExpression])
        case mapping([(key: TemplateExpression, value: TemplateExpression)])
        case attribute(TemplateExpression, String)
        case item(TemplateExpression, TemplateExpression)
        case slice(TemplateExpression, start: TemplateExpression?, end: TemplateExpression?, step: TemplateExpression?)
        case call(TemplateExpression, Arguments)
        case filter(TemplateExpression, Application)
        case test(TemplateExpression, Application, isNegated: Bool)
        case negative(TemplateExpression)
        case positive(TemplateExpression)
        case not(TemplateExpression)
        case arithmetic(TemplateExpression, Arithmetic, TemplateExpression)
        /// The texts of all values, one after the other.
        case concatenation([TemplateExpression])
        case comparison(TemplateExpression, [(Comparison, TemplateExpression)])
        case and(TemplateExpression, TemplateExpression)
        case or(TemplateExpression, TemplateExpression)
        case choice(condition: TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)
    }

    let line: Int
    /// How many expressions are inside one another, this one included.
    let depth: Int
    let form: Form
}

extension TemplateExpression.Form {
    /// The expressions directly inside.
    var children: [TemplateExpression] {
        switch self {
        case .none, .bool, .integer, .float, .text, .name: []
        case .list(let items), .concatenation(let items): items
        case .mapping(let members): members.flatMap { [$0.key, $0.value] }
        case .attribute(let inner, _), .negative(let inner), .positive(let inner), .not(let inner): [inner]
        case .item(let left, let right), .arithmetic(let left, _, let right), .and(let left, let right),
            .or(let left, let right):
            [left, right]
        case .slice(let inner, let start, let end, let step): [inner] + [start, end, step].compactMap { $0 }
        case .call(let inner, let arguments): [inner] + arguments.all
        case .filter(let inner, let application), .test(let inner, let application, _):
            [inner] + application.arguments.all
        case .comparison(let first, let others): [first] + others.map(\.1)
        case .choice(let condition, let then, let otherwise): [condition, then] + [otherwise].compactMap { $0 }
        }
    }
}

/// Executes a template's statements. One interpreter renders one conversation once.
final class TemplateInterpreter {
    private enum Flow { case goOn, breakLoop, continueLoop }

    /// Names by scope, the innermost last; the first belongs to the whole template, where macros look.
    var scopes: [[String: TemplateValue]]
    private var budget: TemplateBudget
    private let limits: TemplateLimits
    /// What `strftime_now` writes; nil when nobody said.
    let date: TemplateDate?
    private var depth = 0
    private var output: [UInt32] = []
    private var namespaces: [TemplateNamespace] = []
    /// Where evaluation is, for errors.
    var line = 1

    init(variables: [String: TemplateValue], date: TemplateDate?, limits: TemplateLimits) {
        (self.limits, self.date) = (limits, date)
        budget = TemplateBudget(limits)
        var globals: [String: TemplateValue] = [:]
        for function in TemplateFunction.allCases where function != .strftimeNow || date != nil {
            globals[function.rawValue] = .function(function)
        }
        scopes = [globals.merging(variables) { $1 }]
    }

    /// What the statements write.
    func render(_ statements: [TemplateStatement]) throws(TemplateError) -> TemplateText {
        defer { for namespace in namespaces { namespace.members = [:] } }
        _ = try execute(statements)
        return TemplateText(units: output)
    }

    // MARK: limits and errors

    func failure(_ construct: String, _ reason: String) -> TemplateError {
        TemplateError(line: line, construct: construct, reason: reason)
    }

    func takeSteps(_ count: Int) throws(TemplateError) {
        guard budget.takeSteps(count) else {
            throw failure("template", "more than \(limits.maximumSteps) steps; the template does too much")
        }
    }

    /// A text that was made by the template, counted.
    func counted(_ text: TemplateText) throws(TemplateError) -> TemplateText {
        guard budget.takeCharacters(text.count) else {
            throw failure("template", "more than \(limits.maximumCharacters) characters; the template writes too much")
        }
        return text
    }

    /// A list that was made by the template, counted.
    func counted(_ items: [TemplateValue]) throws(TemplateError) -> TemplateValue {
        try takeSteps(items.count)
        let list = TemplateList(items)
        try requireDepth(list.depth)
        return .list(list)
    }

    /// A mapping that was made by the template, counted.
    func counted(_ mapping: TemplateMapping) throws(TemplateError) -> TemplateValue {
        try takeSteps(mapping.members.count)
        try requireDepth(mapping.depth)
        return .mapping(mapping)
    }

    private func requireDepth(_ depth: Int) throws(TemplateError) {
        guard depth <= limits.maximumDepth else {
            throw failure("value", "nested deeper than \(limits.maximumDepth)")
        }
    }

    /// Runs `body` one level deeper.
    func nested<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
        guard depth < limits.maximumDepth else {
            throw failure("template", "calls and expressions nested deeper than \(limits.maximumDepth)")
        }
        depth += 1
        defer { depth -= 1 }
        try takeSteps(1)
        return try body()
    }

    func makeNamespace(_ members: [String: TemplateValue]) -> TemplateValue {
        let namespace = TemplateNamespace()
        namespace.members = members
        namespaces.append(namespace)
        return .namespace(namespace)
    }

    // MARK: names

    func value(named name: String) -> TemplateValue {
        for scope in scopes.reversed() { if let value = scope[name] { return value } }
        return .undefined(excerpt(name))
    }

    func define(_ name: String, as value: TemplateValue) {
        scopes[scopes.count - 1][name] = value
    }

    func define(_ target: TemplateStatement.Target, as value: TemplateValue) throws(TemplateError) {
        switch target {
        case .name(let name):
            define(name, as: value)
        case .names(let names):
            guard case .list(let list) = value, list.items.count == names.count else {
                throw failure(names.joined(separator: ", "), "expected a list of \(names.count), found \(value.kind)")
            }
            for (name, item) in zip(names, list.items) { define(name, as: item) }
        case .member(let namespace, let name):
            guard case .namespace(let object) = self.value(named: namespace) else {
                throw failure("set \(namespace).\(name)", "only members of a namespace can be set")
            }
            object.members[name] = value
        }
    }

    // MARK: statements

    private func execute(_ statements: [TemplateStatement]) throws(TemplateError) -> Flow {
        for statement in statements {
            line = statement.line
            let flow = try nested { () throws(TemplateError) in try execute(statement.form) }
            if flow != .goOn { return flow }
        }
        return .goOn
    }

    private func execute(_ form: TemplateStatement.Form) throws(TemplateError) -> Flow {
        switch form {
        case .text(let text):
            try write(text)
        case .output(let expression):
            try write(try printed(try evaluate(expression)))
        case .set(let target, let expression):
            try define(target, as: try evaluate(expression))
        case .capture(let target, let filters, let body):
            try define(target, as: try filtered(body, by: filters))
        case .filtered(let filters, let body):
            try write(try printed(try filtered(body, by: filters)))
        case .loop(let loop):
            try execute(loop)
        case .branches(let branches):
            return try execute(branches)
        case .macro(let macro):
            define(macro.name, as: .macro(macro))
        case .generation(let body):
            return try execute(body)
        case .breakLoop:
            return .breakLoop
        case .continueLoop:
            return .continueLoop
        }
        return .goOn
    }

    private func execute(_ branches: [TemplateStatement.Branch]) throws(TemplateError) -> Flow {
        for branch in branches {
            guard let condition = branch.condition else { return try execute(branch.body) }
            if try evaluate(condition).isTrue { return try execute(branch.body) }
        }
        return .goOn
    }

    private func execute(_ loop: TemplateStatement.Loop) throws(TemplateError) {
        let items = try chosenItems(of: loop)
        if items.isEmpty { return _ = try execute(loop.otherwise) }
        scopes.append([:])
        defer { scopes.removeLast() }
        for index in items.indices {
            try takeSteps(1)
            scopes[scopes.count - 1] = ["loop": .loop(TemplateLoop(items: items, index: index))]
            try define(loop.target, as: items[index])
            if try execute(loop.body) == .breakLoop { break }
        }
    }

    private func chosenItems(of loop: TemplateStatement.Loop) throws(TemplateError) -> [TemplateValue] {
        let items = try items(of: try evaluate(loop.items), for: "for")
        guard let filter = loop.filter else { return items }
        scopes.append([:])
        defer { scopes.removeLast() }
        var chosen: [TemplateValue] = []
        for item in items {
            try define(loop.target, as: item)
            if try evaluate(filter).isTrue { chosen.append(item) }
        }
        return chosen
    }

    /// The items that a loop over `value` sees.
    func items(of value: TemplateValue, for construct: String) throws(TemplateError) -> [TemplateValue] {
        switch value {
        case .undefined: return []
        case .list(let list): return list.items
        case .mapping(let mapping): return mapping.members.map(\.key)
        case .text(let text):
            try takeSteps(text.count)
            return text.units.map { .text(TemplateText(units: [$0])) }
        default: throw failure(construct, "expected a list, found \(value.kind)")
        }
    }

    private func filtered(
        _ body: [TemplateStatement], by filters: [TemplateExpression.Application]
    ) throws(TemplateError) -> TemplateValue {
        scopes.append([:])
        defer { scopes.removeLast() }
        var value = TemplateValue.text(try capture(body))
        for filter in filters { value = try apply(filter, to: value) }
        return value
    }

    // MARK: output

    private func write(_ text: TemplateText) throws(TemplateError) {
        output += try counted(text).units
    }

    /// The text of a value. Lists of content parts have none: a template that prints them was not written for them.
    func printed(_ value: TemplateValue) throws(TemplateError) -> TemplateText {
        switch value {
        case .text(let text): return text
        case .list, .mapping:
            guard !value.hasContent else {
                throw failure("output", "\(value.kind) with the content of a message would be printed as it is")
            }
        default: break
        }
        guard let text = PythonText.string(value) else { throw failure("output", "\(value.kind) cannot be printed") }
        return try counted(text)
    }

    /// What the statements write, instead of writing it.
    func capture(_ statements: [TemplateStatement]) throws(TemplateError) -> TemplateText {
        let before = output
        output = []
        defer { output = before }
        _ = try execute(statements)
        return TemplateText(units: output)
    }
}

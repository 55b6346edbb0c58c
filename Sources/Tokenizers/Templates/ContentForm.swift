/// Whether a template reads a message's content as one text, as a list of parts, or as either.
///
/// Read off the template: it takes parts when it loops over content, and text when it does not, or asks whether the
/// content is a string.
struct ContentForm: Sendable, Equatable {
    var allowsText: Bool
    var allowsParts: Bool

    init(_ statements: [TemplateStatement]) {
        var reader = ContentReader()
        reader.visit(statements)
        allowsParts = reader.loopsOverContent
        allowsText = !reader.loopsOverContent || reader.asksForString
    }
}

/// Walks through a template and notes what it does with content.
private struct ContentReader {
    var loopsOverContent = false
    var asksForString = false
    /// Names that stand for a message's content.
    private var names: Set<String> = ["content"]

    mutating func visit(_ statements: [TemplateStatement]) {
        for statement in statements { visit(statement.form) }
    }

    private mutating func visit(_ form: TemplateStatement.Form) {
        switch form {
        case .text, .breakLoop, .continueLoop: break
        case .output(let value): visit(value)
        case .set(let target, let value):
            if case .name(let name) = target, isContent(value) { names.insert(name) }
            visit(value)
        case .capture(_, _, let body), .filtered(_, let body), .generation(let body): visit(body)
        case .loop(let loop):
            if isContent(loop.items) { loopsOverContent = true }
            visit(loop.items)
            visit(loop.body)
            visit(loop.otherwise)
        case .branches(let branches):
            for branch in branches {
                if let condition = branch.condition { visit(condition) }
                visit(branch.body)
            }
        case .macro(let macro): visit(macro.body)
        }
    }

    private mutating func visit(_ value: TemplateExpression) {
        if case .test(let inner, let test, _) = value.form, test.name == "string", isContent(inner) {
            asksForString = true
        }
        for child in value.form.children { visit(child) }
    }

    /// Whether the value is content as it was handed over, or what a filter chose from it.
    private func isContent(_ value: TemplateExpression) -> Bool {
        switch value.form {
        case .name(let name): names.contains(name)
        case .attribute(_, let name): name == "content"
        case .item(_, let key):
            if case .text(let text) = key.form { text.equals(TemplateText("content")) } else { false }
        case .filter(let inner, let filter):
            ["selectattr", "rejectattr", "select", "reject", "list"].contains(filter.name) && isContent(inner)
        default: false
        }
    }
}

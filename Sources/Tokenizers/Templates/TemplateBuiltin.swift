/// A filter, test or method that is built in.
struct TemplateBuiltin: Sendable {
    /// Names of the arguments in order; all may be left out, and the body decides what that means.
    var parameters: [String]
    /// Whether more arguments than parameters may follow.
    var isVariadic = false
    var body: @Sendable (TemplateCall) throws(TemplateError) -> TemplateValue

    init(
        _ parameters: [String] = [], isVariadic: Bool = false,
        _ body: @escaping @Sendable (TemplateCall) throws(TemplateError) -> TemplateValue
    ) {
        self.parameters = parameters
        self.isVariadic = isVariadic
        self.body = body
    }
}

/// One call of a built-in function: what it is applied to, its arguments, and readers that complain by name.
struct TemplateCall {
    let interpreter: TemplateInterpreter
    /// The function as error messages call it.
    let construct: String
    let subject: TemplateValue
    /// One for every parameter, nil where it was left out.
    let values: [TemplateValue?]

    func failure(_ reason: String) -> TemplateError { interpreter.failure(construct, reason) }

    /// The text of what the function is applied to.
    func text() throws(TemplateError) -> TemplateText { try interpreter.printed(subject) }

    /// The items of what the function is applied to.
    func items() throws(TemplateError) -> [TemplateValue] { try interpreter.items(of: subject, for: construct) }

    func value(_ index: Int) -> TemplateValue? { index < values.count ? values[index] : nil }

    func text(_ index: Int) throws(TemplateError) -> TemplateText? {
        guard let value = value(index) else { return nil }
        if case .none = value { return nil }
        guard let text = value.text else { throw failure("expected a text, found \(value.kind)") }
        return text
    }

    func requiredText(_ index: Int) throws(TemplateError) -> TemplateText {
        guard let text = try text(index) else { throw failure("expected a text") }
        return text
    }

    /// A text by which another is searched.
    func pattern(_ index: Int) throws(TemplateError) -> TemplateText {
        let text = try requiredText(index)
        guard !text.isEmpty else { throw failure("expected a text that is not empty") }
        return text
    }

    func integer(_ index: Int) throws(TemplateError) -> Int? {
        guard let value = value(index) else { return nil }
        guard let integer = value.integer else { throw failure("expected an integer, found \(value.kind)") }
        return integer
    }

    func required(_ index: Int) throws(TemplateError) -> TemplateValue {
        guard let value = value(index) else { throw failure("expected \(index + 1) arguments") }
        return value
    }

    /// How many times something may be done, where Python takes −1 for any number of times.
    func limit(_ index: Int) throws(TemplateError) -> Int {
        guard let limit = try integer(index), limit >= 0 else { return .max }
        return limit
    }

    func list(_ items: [TemplateValue]) throws(TemplateError) -> TemplateValue { try interpreter.counted(items) }

    func list(_ texts: [TemplateText]) throws(TemplateError) -> TemplateValue {
        for text in texts { _ = try interpreter.counted(text) }
        return try interpreter.counted(texts.map { .text($0) })
    }

    func result(_ text: TemplateText) throws(TemplateError) -> TemplateValue { .text(try interpreter.counted(text)) }
}

public import Conversations
public import StrictJSON

/// How a conversation becomes the text that a model was trained on: a template in the part of Jinja that published
/// chat templates use, understood once and rendered within limits.
///
/// Rendering follows Jinja 3.1 as transformers sets it up (the line break after a block tag goes, and the indentation
/// before it). What differs: `strftime_now` is not defined unless a date is given, so that what is written never depends on
/// the clock; there are limits; and a template that would print the content of a message as a Python list is refused.
public struct ChatTemplate: Sendable {
    /// The template as it was written.
    public let source: String

    /// The date that the template's `strftime_now` writes; without one the function is undefined.
    public var date: TemplateDate?

    /// How messages hand over their content.
    let contentForm: ContentForm
    private let statements: [TemplateStatement]
    private let limits: TemplateLimits

    /// Understands a template. Unknown tags are refused by name here; unknown filters, tests, methods and functions
    /// when rendering reaches them, as in Jinja.
    public init(source: String, limits: TemplateLimits = .default) throws(TemplateError) {
        self.source = source
        self.limits = limits
        statements = try TemplateParser.parse(source, limits)
        contentForm = ContentForm(statements)
    }

    /// The text of a conversation.
    ///
    /// - Parameters:
    ///   - addGenerationPrompt: Whether the text ends where the assistant's next turn begins.
    ///   - bosToken: The template's `bos_token`; undefined when nil, as are the others.
    ///   - variables: Further names that the template may use. Their texts count as content.
    /// - Throws: `TemplateError` when the template fails; `TokenizerError.turnDropped` when it leaves out the words of
    ///   a user or an assistant; `TokenizerError.imagesNotPlaced` when it cannot place pictures at all.
    public func render(
        _ conversation: Conversation, addGenerationPrompt: Bool, bosToken: String? = nil, eosToken: String? = nil,
        unknownToken: String? = nil, paddingToken: String? = nil, variables: [String: JSONValue] = [:]
    ) throws -> String {
        let tokens = SpecialTokens(bos: bosToken, eos: eosToken, unknown: unknownToken, padding: paddingToken)
        let text = try renderMarked(
            conversation, addGenerationPrompt: addGenerationPrompt, tokens: tokens, variables: variables)
        try requireEveryTurn(of: conversation, in: text)
        return text.string
    }

    /// The text, each character with the message it came from. Whether every turn is there is not checked.
    func renderMarked(
        _ conversation: Conversation, addGenerationPrompt: Bool, tokens: SpecialTokens,
        variables: [String: JSONValue] = [:]
    ) throws -> TemplateText {
        let pictures = conversation.images.count
        guard pictures == 0 || contentForm.allowsParts else {
            throw TokenizerError.imagesNotPlaced(placed: 0, pictures: pictures, token: tokens.image)
        }
        var names = variables.mapValues { TemplateValue($0, message: TemplateText.maximumMessages) }
        names["messages"] = messages(of: conversation)
        names["add_generation_prompt"] = .bool(addGenerationPrompt)
        for name in ["tools", "documents"] where names[name] == nil { names[name] = TemplateValue.none }
        for (name, token) in tokens.templateNames where token != nil {
            names[name] = token.map { .text(TemplateText($0)) }
        }
        return try TemplateInterpreter(variables: names, date: date, limits: limits).render(statements)
    }

    /// Every turn of a user or an assistant that has words must have left some of them in the text.
    func requireEveryTurn(of conversation: Conversation, in text: TemplateText) throws(TokenizerError) {
        let present = Set(text.units.lazy.compactMap(TemplateText.message))
        for (index, message) in conversation.messages.enumerated()
        where message.role != .system && index < TemplateText.maximumMessages - 1 && !present.contains(index) {
            guard message.text.unicodeScalars.allSatisfy(\.isPythonSpace) else {
                throw .turnDropped(index: index, role: message.role.rawValue)
            }
        }
    }

    private func messages(of conversation: Conversation) -> TemplateValue {
        .list(
            TemplateList(
                conversation.messages.enumerated().map { index, message in
                    .mapping(
                        TemplateMapping([
                            ("role", .text(TemplateText(message.role.rawValue))),
                            ("content", content(of: message, index)),
                        ]))
                }))
    }

    private func content(of message: Message, _ index: Int) -> TemplateValue {
        if message.images.isEmpty, contentForm.allowsText {
            return .text(TemplateText(message.text, message: index))
        }
        return .list(
            TemplateList(
                message.parts.map { part in
                    switch part {
                    case .image: .mapping(TemplateMapping([("type", .text(TemplateText("image")))]))
                    case .text(let text):
                        .mapping(
                            TemplateMapping([
                                ("type", .text(TemplateText("text"))),
                                ("text", .text(TemplateText(text, message: index))),
                            ]))
                    }
                }))
    }
}

extension SpecialTokens {
    /// The tokens under the names that templates use.
    fileprivate var templateNames: [(name: String, token: String?)] {
        [("bos_token", bos), ("eos_token", eos), ("unk_token", unknown), ("pad_token", padding)]
    }
}

extension TemplateValue {
    /// A value from outside; its texts count as content of the given message.
    fileprivate init(_ value: JSONValue, message index: Int) {
        switch value {
        case .null: self = .none
        case .bool(let bool): self = .bool(bool)
        case .integer(let integer): self = Int(exactly: integer).map { .integer($0) } ?? .float(Double(integer))
        case .number(let number): self = .float(number)
        case .string(let text): self = .text(TemplateText(text, message: index))
        case .array(let items): self = .list(TemplateList(items.map { TemplateValue($0, message: index) }))
        case .object(let object):
            self = .mapping(
                TemplateMapping(object.members.map { ($0.key, TemplateValue($0.value, message: index)) }))
        }
    }
}

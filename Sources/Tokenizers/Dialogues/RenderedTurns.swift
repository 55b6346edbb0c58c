import Conversations

/// A conversation as its template writes it, and where in the text each turn of the assistant lies.
struct RenderedTurns {
    /// One turn of the assistant, in positions of the text.
    struct Turn: Equatable {
        var message: Int
        /// Where the prompt ends that the turn answers.
        var start: Int
        /// Where the turn's own words end.
        var contentEnd: Int
    }

    var text: TemplateText
    /// In order. The last turn of the conversation is among them if it is the assistant's and answers a prompt.
    var turns: [Turn]

    /// Renders the conversation, and the prompt before every turn of the assistant, which must be the beginning of
    /// the whole. Earlier turns of which this is not true are left out; for the last turn it is an error.
    init(
        _ conversation: Conversation, addGenerationPrompt: Bool,
        _ render: (Conversation, _ addGenerationPrompt: Bool) throws -> TemplateText
    ) throws {
        text = try render(conversation, addGenerationPrompt)
        turns = []
        for (index, message) in conversation.messages.enumerated() where message.role == .assistant && index > 0 {
            let isResponse = index == conversation.messages.count - 1 && !addGenerationPrompt
            let before = Conversation(messages: Array(conversation.messages[..<index]))
            guard let prompt = try? render(before, true), prompt.units.count <= text.count,
                text.units.starts(with: prompt.units)
            else {
                guard !isResponse else { throw TokenizerError.promptNotPrefix(turn: index) }
                continue
            }
            let turn = Turn(message: index, start: prompt.count, contentEnd: contentEnd(of: index, from: prompt.count))
            if isResponse { try requireHeader(in: prompt, turn, try render(before, false)) }
            turns.append(turn)
        }
    }

    /// After the last character that came from the message; `start` when there is none.
    private func contentEnd(of message: Int, from start: Int) -> Int {
        let last = text.units[start...].lastIndex { TemplateText.message($0) == message }
        return last.map { $0 + 1 } ?? start
    }

    /// The assistant's header must belong to the prompt. It does not when the template writes the same with and
    /// without a generation prompt, but puts words before the answer.
    private func requireHeader(in prompt: TemplateText, _ turn: Turn, _ bare: TemplateText) throws(TokenizerError) {
        guard bare.units == prompt.units else { return }
        let header = TemplateText(
            units: Array(text.units[turn.start..<turn.contentEnd].prefix { TemplateText.message($0) != turn.message }))
        guard header.scalars.allSatisfy(\.isPythonSpace) else { throw .noGenerationPrompt(header: header.string) }
    }
}

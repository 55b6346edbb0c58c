public import Conversations

extension Tokenizer {
    /// The ids of a conversation as its template writes it.
    ///
    /// - The spelling of a control token in a message is plain text; only the template writes control tokens.
    /// - A turn of the assistant begins and ends at a token's border, even where a merge would cross it: that is how
    ///   a model writes it, after a prompt whose ids are already there.
    /// - When the conversation ends with the assistant, the ids end with the token that ends its turn: what the
    ///   template writes after that token is cut off, and the end-of-sequence token is appended if the template ends
    ///   the turn with no control token. A prompt never gets an end-of-sequence token.
    /// - The tokens that the tokenizer puts before a text are added unless the template writes them itself.
    ///
    /// - Throws: `TokenizerError` when there is no template, when it leaves out a turn, when it does not place every
    ///   picture, when the response cannot be told from its prompt, or when there is no token to end it with;
    ///   `TemplateError` when the template fails.
    public func encode(_ conversation: Conversation, addGenerationPrompt: Bool) throws -> EncodedConversation {
        guard let chatTemplate else { throw TokenizerError.noChatTemplate }
        let rendered = try RenderedTurns(conversation, addGenerationPrompt: addGenerationPrompt) { part, prompt in
            try chatTemplate.renderMarked(part, addGenerationPrompt: prompt, tokens: specialTokens)
        }
        try chatTemplate.requireEveryTurn(of: conversation, in: rendered.text)
        var encoded = EncodedTurns(rendered, self)
        if !addGenerationPrompt, let last = conversation.messages.last, last.role == .assistant {
            try encoded.endResponse(with: eosID)
        }
        let images = encoded.output.ids.indices.filter { encoded.output.ids[$0] == imageID }
        guard images.count == conversation.images.count else {
            throw TokenizerError.imagesNotPlaced(
                placed: images.count, pictures: conversation.images.count, token: specialTokens.image)
        }
        return encoded.conversation(images)
    }

    /// The ids that end a turn of the assistant: the end of the sequence, and the control token that the chat
    /// template writes after an answer, if that is another one. Where generation should stop.
    public func endOfTurnIDs() throws -> [Int32] {
        var ids = eosID.map { [$0] } ?? []
        guard chatTemplate != nil else { return ids }
        let probe = Conversation(messages: [
            Message(role: .user, text: "Hello."), Message(role: .assistant, text: "Hello."),
        ])
        if let last = try encode(probe, addGenerationPrompt: false).tokens.last, !ids.contains(last) {
            ids.append(last)
        }
        return ids
    }
}

/// The ids of rendered turns while the places of the assistant's turns are found among them.
private struct EncodedTurns {
    var output: TextPipeline.Output
    /// Where each turn begins, where its own words end, and where it ends, as places among the ids.
    private var turns: [(start: Int, contentEnd: Int, end: Int)] = []
    private var hasResponse = false

    /// Encodes the text in parts: every border of a turn is a border of tokens.
    init(_ rendered: RenderedTurns, _ tokenizer: Tokenizer) {
        let text = MarkedUnits(rendered.text)
        output = TextPipeline.Output(ids: text.begins(with: tokenizer.specialTokens.bos) ? [] : tokenizer.idsBeforeText)
        var places: [Int: Int] = [:]
        var start = 0
        for border in Set(rendered.turns.flatMap { [$0.start, $0.contentEnd] } + [rendered.text.count]).sorted() {
            if border > start {
                tokenizer.encode(text[start..<border], isContinuation: start > 0, into: &output)
            }
            places[border] = output.ids.count
            start = border
        }
        for turn in rendered.turns {
            guard let start = places[turn.start], let contentEnd = places[turn.contentEnd] else { continue }
            turns.append((start, contentEnd, end(after: contentEnd)))
        }
    }

    /// Where an earlier turn ends: after the control token that follows its words directly, or after them.
    private func end(after contentEnd: Int) -> Int {
        output.controlPlaces.contains(contentEnd) ? contentEnd + 1 : contentEnd
    }

    /// Makes the last turn the response: cuts off what follows its end token, or appends one.
    mutating func endResponse(with eos: Int32?) throws(TokenizerError) {
        guard let last = turns.last else { return }
        if let end = output.controlPlaces.first(where: { $0 >= last.contentEnd }) {
            output.ids.removeLast(output.ids.count - end - 1)
        } else if let eos {
            output.ids.append(eos)
        } else {
            throw .missingToken("eos_token", neededFor: "the end of the assistant's turn")
        }
        turns[turns.count - 1].end = output.ids.count
        hasResponse = true
    }

    func conversation(_ images: [Int]) -> EncodedConversation {
        let end = output.ids.count
        let ranges = turns.map { $0.start..<max($0.start, $0.end) }
        return EncodedConversation(
            tokens: output.ids, responseRange: hasResponse ? ranges.last ?? end..<end : end..<end,
            assistantRanges: ranges, imageTokenPositions: images)
    }
}

/// Rendered text as bytes, by ranges of its characters.
private struct MarkedUnits {
    private let text: TemplateText

    init(_ text: TemplateText) {
        self.text = text
    }

    subscript(range: Range<Int>) -> MarkedText {
        var (bytes, marks): ([UInt8], [Bool]) = ([], [])
        for unit in text.units[range] {
            let encoded = UTF8.encode(TemplateText.scalar(unit)) ?? .init()
            bytes += encoded
            marks += repeatElement(TemplateText.message(unit) != nil, count: encoded.count)
        }
        return MarkedText(bytes: bytes, marks: marks.contains(true) ? .some(marks) : .none)
    }

    /// Whether the template itself wrote `token` at the beginning.
    func begins(with token: String?) -> Bool {
        guard let token = token.map({ TemplateText($0) }), !token.isEmpty else { return false }
        return text.units.starts(with: token.units)
    }
}

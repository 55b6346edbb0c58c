/// Turns ids into text as they arrive, never giving out a part of a character.
///
/// The texts given out, joined, are what `Tokenizer.decode` makes of all ids together. One exception: where byte
/// fallback tokens spell bytes that are no UTF-8, `decode` replaces the whole run, and this decoder what it has not
/// given out yet.
public struct IncrementalDecoder: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecial: Bool
    private var assembler: TextAssembler

    init(_ tokenizer: Tokenizer, skipSpecial: Bool) {
        self.tokenizer = tokenizer
        self.skipSpecial = skipSpecial
        assembler = TextAssembler(tokenizer.definition.decoder.steps, isEager: true)
    }

    /// Takes in the next id; returns the text that is certain now, often empty while a character is not whole.
    /// An id without a token adds nothing.
    public mutating func append(_ id: Int32) -> String {
        if skipSpecial, tokenizer.texts.isSpecial(id) { return "" }
        guard let part = tokenizer.texts.part(of: id) else { return "" }
        return String(decoding: assembler.append(part) { tokenizer.token(of: id) }, as: UTF8.self)
    }

    /// Ends the text: what was held back, with U+FFFD for what never became a character.
    public mutating func finish() -> String {
        String(decoding: assembler.finish(), as: UTF8.self)
    }
}

/// What each id contributes to decoded text.
struct TokenTexts: Sendable {
    /// One id's part of the text.
    enum Part {
        /// Bytes to append; with a byte-level vocabulary possibly a part of a character.
        case bytes(ArraySlice<UInt8>)
        /// One byte of a run that byte fallback wrote.
        case fallbackByte(UInt8)
    }

    private var text: [UInt8] = []
    private var ranges: [Range<Int>] = []
    /// The byte of fallback tokens, −1 for all others.
    private var fallbackBytes: [Int16] = []
    private var special: Set<Int32> = []
    private var known: [Bool] = []

    init(_ definition: TokenizerDefinition) {
        let tokens = definition.tokensByID()
        special = Set(definition.addedTokens.filter(\.isSpecial).map(\.id))
        for id in 0..<definition.idBound {
            let token = tokens[Int32(id)]
            let bytes = token.map { definition.decoder.steps.bytes(of: $0) } ?? []
            known.append(token != nil)
            fallbackBytes.append(token.flatMap(definition.decoder.steps.fallbackByte).map(Int16.init) ?? -1)
            ranges.append(text.count..<text.count + bytes.count)
            text += bytes
        }
    }

    /// The part of `id`; nil for an id without a token.
    func part(of id: Int32) -> Part? {
        guard let index = Int(exactly: id), known.indices.contains(index), known[index] else { return nil }
        if let byte = UInt8(exactly: fallbackBytes[index]) { return .fallbackByte(byte) }
        return .bytes(text[ranges[index]])
    }

    func isSpecial(_ id: Int32) -> Bool { special.contains(id) }
}

extension TokenizerDefinition {
    /// Every token by its id, as it is decoded: an added token as it is found in text, normalised if it is sought
    /// there, as the reference has it.
    fileprivate func tokensByID() -> [Int32: String] {
        var tokens: [Int32: String] = [:]
        for id in 0..<Int32(model.vocabulary.idBound) { tokens[id] = model.vocabulary.token(of: id) }
        for token in addedTokens { tokens[token.id] = String(decoding: pattern(of: token), as: UTF8.self) }
        return tokens
    }

    /// The bytes by which an added token is found.
    func pattern(of token: AddedToken) -> [UInt8] {
        var pattern = MarkedText(bytes: Array(token.content.utf8), marks: .none)
        if token.isNormalized { for step in normalizer.steps { step.apply(to: &pattern) } }
        return pattern.bytes
    }
}

extension TextDecoding {
    /// The bytes that a token stands for, apart from what depends on its neighbours.
    fileprivate func bytes(of token: String) -> [UInt8] {
        switch self {
        case .byteLevel:
            return ByteAlphabet.bytes(spelledBy: token) ?? Array(token.utf8)
        case .sentencePiece(let decoding):
            var text = MarkedText(bytes: Array(token.utf8), marks: .none)
            for replacement in decoding.replacements { text.replace(replacement.pattern, by: replacement.content) }
            return text.bytes
        }
    }

    /// The byte of a token such as `<0x0A>`, if tokens may stand for bytes.
    fileprivate func fallbackByte(of token: String) -> UInt8? {
        guard case .sentencePiece(let decoding) = self, decoding.usesByteFallback else { return nil }
        let bytes = Array(token.utf8)
        guard bytes.count == 6, bytes.starts(with: Array("<0x".utf8)), bytes[5] == UInt8(ascii: ">"),
            bytes[3] != UInt8(ascii: "+")
        else { return nil }
        return UInt8(String(decoding: bytes[3...4], as: UTF8.self), radix: 16)
    }
}

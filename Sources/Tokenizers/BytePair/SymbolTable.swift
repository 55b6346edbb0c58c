/// What the characters of a word begin as, before anything is merged.
struct SymbolTable: Sendable {
    /// What one character begins as.
    enum Symbol: Sendable, Equatable {
        case token(Int32)
        /// The tokens of its bytes.
        case bytes([Int32])
        case unknown
    }

    private let vocabulary: Vocabulary
    private let control: Set<Int32>
    /// The ids of `<0x00>` … `<0xFF>`, nil where missing; empty without byte fallback.
    private let fallback: [Int32?]
    /// The symbol of each byte; empty when characters, not bytes, are written.
    private var byteSymbols: [Symbol] = []

    init(_ model: BytePairModel, control: Set<Int32>, isByteLevel: Bool) {
        vocabulary = model.vocabulary
        self.control = control
        let bytes = UInt8.min...UInt8.max
        fallback = model.options.usesByteFallback ? bytes.map { model.vocabulary.id(of: byteToken($0)) } : []
        if isByteLevel { byteSymbols = ByteAlphabet.symbols.map { symbol(of: $0[...]) } }
    }

    /// Whether words are written byte by byte, in the byte alphabet.
    var isByteLevel: Bool { !byteSymbols.isEmpty }

    func forEachSymbol(of word: ArraySlice<UInt8>, _ body: (Symbol) -> Void) {
        if isByteLevel {
            for byte in word { body(byteSymbols[Int(byte)]) }
        } else {
            var start = word.startIndex
            while start < word.endIndex {
                let end = word[(start + 1)...].firstIndex { $0 & 0xC0 != 0x80 } ?? word.endIndex
                body(symbol(of: word[start..<end]))
                start = end
            }
        }
    }

    private func symbol(of character: ArraySlice<UInt8>) -> Symbol {
        if let id = vocabulary.id(of: character), !control.contains(id) { return .token(id) }
        guard !fallback.isEmpty else { return .unknown }
        let ids = character.compactMap { fallback[Int($0)] }
        return ids.count == character.count ? .bytes(ids) : .unknown
    }
}

/// The token by which a byte is written when its character is not in the vocabulary: `<0x0A>`.
func byteToken(_ byte: UInt8) -> String {
    let hex = String(byte, radix: 16, uppercase: true)
    return "<0x" + (hex.count < 2 ? "0" : "") + hex + ">"
}

import StrictJSON

/// What a `tokenizer.json` says, understood: everything in it is known to be built in and to fit together.
struct TokenizerDefinition: Sendable {
    var model: BytePairModel
    /// By id.
    var addedTokens: [AddedToken]
    var normalizer: TokenizerComponent<[Normalizer]>
    var preTokenizer: TokenizerComponent<[PreTokenizer]>
    var postProcessor: TokenizerComponent<PostProcessor>
    var decoder: TokenizerComponent<TextDecoding>

    /// Whether text is written in the byte alphabet.
    var isByteLevel: Bool {
        preTokenizer.steps.contains { if case .byteLevel = $0 { true } else { false } }
    }

    /// The id of the token spelled `token`, added or not; nil when there is none.
    func id(of token: String) -> Int32? {
        addedTokens.first { $0.content.utf8.elementsEqual(token.utf8) }?.id ?? model.vocabulary.id(of: token)
    }

    /// One more than the largest id.
    var idBound: Int {
        max(model.vocabulary.idBound, (addedTokens.map { Int($0.id) }.max() ?? -1) + 1)
    }
}

/// One part of a `tokenizer.json`: as it is written, for saving, and what it means.
struct TokenizerComponent<Steps: Sendable>: Sendable {
    var json: JSONValue
    var steps: Steps
}

/// The tokens that stand around a text when special tokens are asked for.
struct PostProcessor: Sendable, Equatable {
    var before: [Int32] = []
    var after: [Int32] = []
}

/// How ids become text again.
enum TextDecoding: Sendable, Equatable {
    /// Tokens spell bytes in the byte alphabet.
    case byteLevel
    /// Tokens are text, with marks for spaces and tokens for single bytes.
    case sentencePiece(SentencePieceDecoding)
}

struct SentencePieceDecoding: Sendable, Equatable {
    struct Replacement: Sendable, Equatable {
        var pattern, content: [UInt8]
    }

    /// Applied to every token, in order.
    var replacements: [Replacement] = []
    /// Whether `<0x0A>` means the byte.
    var usesByteFallback = false
    /// How many spaces at the beginning of the whole text are left out.
    var strippedSpaces = 0
    /// The mark that is left out of the first token altogether; empty when none is.
    var markDroppedFromFirstToken: [UInt8] = []
}

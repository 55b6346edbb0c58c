import StrictJSON

/// Learns a byte-level byte-pair encoding from texts (Sennrich et al. 2016; bytes as in Radford et al. 2019).
///
/// Deterministic: of pairs that are alike frequent, the one of the smallest ids is merged first.
public struct BytePairTrainer: Sendable {
    /// Tokens in all: special ones, the 256 bytes, and as many merges as fit.
    public var vocabularySize: Int
    /// Tokens of their own, with the first ids, never part of a merge.
    public var specialTokens: SpecialTokens
    /// Whether texts begin with the beginning-of-sequence token when special tokens are asked for.
    public var addsBOS = true

    public init(vocabularySize: Int, specialTokens: SpecialTokens) {
        (self.vocabularySize, self.specialTokens) = (vocabularySize, specialTokens)
    }

    /// The tokenizer of these texts. Pieces are cut by GPT-2's pattern; merges never cross them.
    public func train(on texts: [String], chatTemplate: ChatTemplate? = nil) throws -> Tokenizer {
        let special = specialTokens.all
        var tokens = ByteAlphabet.symbols
        let firstByte = special.count
        var merges: [(left: Int, right: Int)] = []
        var words = Self.countedPieces(texts).map { piece, count in
            Word(symbols: piece.map { Int($0) + firstByte }, count: count)
        }
        while special.count + tokens.count < vocabularySize, let pair = Self.mostFrequentPair(words) {
            let merged = special.count + tokens.count
            tokens.append(tokens[pair.left - firstByte] + tokens[pair.right - firstByte])
            merges.append((pair.left, pair.right))
            for index in words.indices { words[index].merge(pair, into: merged) }
        }
        return try tokenizer(special, tokens, merges, chatTemplate)
    }

    private static func countedPieces(_ texts: [String]) -> [(piece: [UInt8], count: Int)] {
        var counts: [[UInt8]: Int] = [:]
        for text in texts {
            var pieces = Pieces(Array(text.utf8))
            pieces.apply(.byteLevel(addPrefixSpace: false, usesPattern: true), isTextStart: true, isContinuation: false)
            for range in pieces.ranges { counts[Array(pieces.text[range]), default: 0] += 1 }
        }
        return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
    }

    private static func mostFrequentPair(_ words: [Word]) -> Word.Neighbours? {
        var counts: [Word.Neighbours: Int] = [:]
        for word in words {
            for (left, right) in zip(word.symbols, word.symbols.dropFirst()) {
                counts[Word.Neighbours(left: left, right: right), default: 0] += word.count
            }
        }
        return counts.filter { $0.value > 1 }.max {
            ($0.value, $1.key.left, $1.key.right) < ($1.value, $0.key.left, $0.key.right)
        }?.key
    }

    private func tokenizer(
        _ special: [String], _ tokens: [[UInt8]], _ merges: [(left: Int, right: Int)], _ chatTemplate: ChatTemplate?
    ) throws -> Tokenizer {
        func text(_ id: Int) -> String { String(decoding: tokens[id - special.count], as: UTF8.self) }
        let vocabulary = special + tokens.map { String(decoding: $0, as: UTF8.self) }
        let model: JSONValue = [
            "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
            "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": .object(JSONObject(vocabulary.enumerated().map { ($1, .integer(Int64($0))) })),
            "merges": .array(merges.map { .array([.string(text($0.left)), .string(text($0.right))]) }),
        ]
        let byteLevel: JSONValue = ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true]
        let added = special.enumerated().map { id, token -> JSONValue in
            [
                "id": .integer(Int64(id)), "content": .string(token), "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true,
            ]
        }
        let root: JSONValue = [
            "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": .array(added), "normalizer": .null,
            "pre_tokenizer": byteLevel, "post_processor": postProcessor, "decoder": byteLevel, "model": model,
        ]
        let config = TokenizerConfig(
            config: JSONPlace(file: "tokenizer_config.json", path: "", value: configJSON),
            specialTokensMap: JSONPlace(file: "special_tokens_map.json", path: "", value: nil))
        return try Tokenizer(
            JSONPlace(file: "tokenizer.json", path: "", value: root), config, chatTemplate: chatTemplate, limits: .default)
    }

    private var postProcessor: JSONValue {
        guard addsBOS, let bos = specialTokens.bos, let id = specialTokens.all.firstIndex(of: bos) else { return .null }
        let start: JSONValue = ["SpecialToken": ["id": .string(bos), "type_id": 0]]
        let token: JSONValue = ["id": .string(bos), "ids": .array([.integer(Int64(id))]), "tokens": .array([.string(bos)])]
        return [
            "type": "TemplateProcessing", "single": .array([start, ["Sequence": ["id": "A", "type_id": 0]]]),
            "pair": .array([start, ["Sequence": ["id": "A", "type_id": 0]], ["Sequence": ["id": "B", "type_id": 1]]]),
            "special_tokens": .object(JSONObject([
                (bos, token)
            ])),
        ]
    }

    private var configJSON: JSONValue {
        let named: [(String, String?)] = [
            ("bos_token", specialTokens.bos), ("eos_token", specialTokens.eos), ("unk_token", specialTokens.unknown),
            ("pad_token", specialTokens.padding), ("image_token", specialTokens.image),
        ]
        return .object(JSONObject(named.compactMap { key, token in token.map { (key, .string($0)) } }))
    }
}

/// A piece of text as symbols, and how often it occurs.
private struct Word {
    struct Neighbours: Hashable {
        let left, right: Int
    }

    var symbols: [Int]
    let count: Int

    mutating func merge(_ pair: Neighbours, into merged: Int) {
        guard symbols.count > 1 else { return }
        var result: [Int] = []
        var index = 0
        while index < symbols.count {
            let isPair = symbols[index] == pair.left && index + 1 < symbols.count && symbols[index + 1] == pair.right
            result.append(isPair ? merged : symbols[index])
            index += isPair ? 2 : 1
        }
        symbols = result
    }
}

extension SpecialTokens {
    /// The distinct tokens: padding first, so that it has id 0 where there is one.
    fileprivate var all: [String] {
        var tokens: [String] = []
        for token in [padding, bos, eos, unknown, image].compactMap({ $0 }) where !tokens.contains(token) { tokens.append(token) }
        return tokens
    }
}

/// Learns a byte-level byte-pair encoding from texts (Sennrich et al. 2016; bytes as in Radford et al. 2019).
///
/// Deterministic: of pairs that are alike frequent, the one of the smallest ids is merged first. Ids: special tokens,
/// then the 256 bytes in the order of their characters in the byte alphabet, then merges in the order in which they
/// were learned. No merge spells a special token.
public struct BytePairTrainer: Sendable {
    /// Tokens in all: special ones, the 256 bytes, and as many merges as fit and are frequent enough.
    public var vocabularySize: Int
    /// Tokens of their own with the first ids: padding, beginning, end, unknown, image, as far as they are named.
    public var specialTokens: SpecialTokens
    /// Whether texts begin with the beginning-of-sequence token when special tokens are asked for.
    public var addsBOS = true
    /// How often a pair must occur to be merged.
    public var minimumFrequency = 2

    public init(vocabularySize: Int, specialTokens: SpecialTokens) {
        (self.vocabularySize, self.specialTokens) = (vocabularySize, specialTokens)
    }

    /// The tokenizer of these texts. Pieces are cut by GPT-2's pattern; merges never cross them.
    ///
    /// - Throws: `TokenizerError.untrainable` when the special tokens and the bytes do not fit the vocabulary, or a
    ///   special token is spelled like a byte.
    public func train(
        on texts: some Sequence<String>, chatTemplate: ChatTemplate? = nil
    ) throws(TokenizerError) -> Tokenizer {
        let special = specialTokens.distinct
        guard vocabularySize >= special.count + 256 else {
            throw .untrainable(
                found: "a vocabulary of \(vocabularySize)", expected: "at least \(special.count + 256) tokens")
        }
        var learner = PairLearner(firstByteID: special.count, counts: BytePairTrainer.pieceCounts(texts))
        var vocabulary = try initialVocabulary(special)
        var merges: [BytePairModel.Merge] = []
        while vocabulary.count < vocabularySize, let pair = learner.mostFrequent(minimumFrequency) {
            guard let left = vocabulary.bytes(of: pair.left), let right = vocabulary.bytes(of: pair.right) else {
                break
            }
            let known = vocabulary.id(of: left + right)
            if let known, known < special.count {
                learner.forget(pair)
                continue
            }
            let token = known ?? Int32(vocabulary.count)
            if known == nil { _ = vocabulary.insert(left + right, id: token) }
            merges.append(pair)
            learner.merge(pair, into: token)
        }
        let model = BytePairModel(vocabulary: vocabulary, merges: merges, options: .init())
        return tokenizer(model, special, chatTemplate)
    }

    private func initialVocabulary(_ special: [String]) throws(TokenizerError) -> Vocabulary {
        var vocabulary = Vocabulary(capacity: min(vocabularySize, TokenizerLimits.default.maximumTokens))
        let bytes = ByteAlphabet.bytesInScalarOrder.map { ByteAlphabet.symbols[Int($0)] }
        for token in special.map({ Array($0.utf8) }) + bytes {
            guard !token.isEmpty, vocabulary.insert(token[...], id: Int32(vocabulary.count)) else {
                throw .untrainable(
                    found: "the special tokens \(special.map { excerpt($0) }.joined(separator: ", "))",
                    expected: "texts that are not empty and not one character of the byte alphabet")
            }
        }
        return vocabulary
    }

    /// How often each piece occurs, in the order of the pieces' bytes.
    private static func pieceCounts(_ texts: some Sequence<String>) -> [(piece: [UInt8], count: Int)] {
        var counts: [[UInt8]: Int] = [:]
        for text in texts {
            let bytes = Array(text.utf8)
            var pieces: [Range<Int>] = []
            SplitPattern.gpt2.split(bytes, in: 0..<bytes.count, into: &pieces)
            for piece in pieces { counts[Array(bytes[piece]), default: 0] += 1 }
        }
        return counts.map { ($0.key, $0.value) }.sorted { $0.piece.lexicographicallyPrecedes($1.piece) }
    }
}

extension SpecialTokens {
    /// The tokens that are named, each once; padding first, so that it has id 0 where there is one.
    fileprivate var distinct: [String] {
        [padding, bos, eos, unknown, image].compactMap { $0 }.reduce(into: []) { tokens, token in
            if !tokens.contains(where: { $0.utf8.elementsEqual(token.utf8) }) { tokens.append(token) }
        }
    }
}

/// Turns pieces of text into ids by merging.
///
/// Control tokens are out of its reach: no merge, no whole piece and no single character ever becomes one, even where
/// the file has merges that spell it. Only the matcher of added tokens writes them.
struct BytePairEncoder: Sendable {
    private let vocabulary: Vocabulary
    private let merges: MergeTable
    private let symbols: SymbolTable
    private let options: BytePairModel.Options
    private let unknown: Int32?
    private let control: Set<Int32>
    /// The mark of word beginnings, if no merge crosses from another character to it: then pieces can be cut there
    /// without changing an id, and words can be remembered.
    private let wordMark: [UInt8]?

    init(_ model: BytePairModel, control: Set<Int32>, isByteLevel: Bool) {
        vocabulary = model.vocabulary
        merges = MergeTable(model, control: control)
        symbols = SymbolTable(model, control: control, isByteLevel: isByteLevel)
        options = model.options
        unknown = model.options.unknownToken.flatMap(model.vocabulary.id)
        self.control = control
        let mark = Array("▁".utf8)
        wordMark = !isByteLevel && model.keepsWordsApart(mark) ? mark : nil
    }

    /// Appends the ids of `text[piece]`.
    func encode(_ text: [UInt8], _ piece: Range<Int>, with workspace: EncodingWorkspace, into output: inout [Int32]) {
        guard let wordMark else { return encodeWord(text[piece], with: workspace, into: &output) }
        var start = piece.lowerBound
        var index = start
        var followsMark = true
        while index < piece.upperBound {
            let isMark = text.matches(wordMark, at: index, before: piece.upperBound)
            if isMark, !followsMark {
                encodeWord(text[start..<index], with: workspace, into: &output)
                start = index
            }
            followsMark = isMark
            index += isMark ? wordMark.count : 1
        }
        encodeWord(text[start..<piece.upperBound], with: workspace, into: &output)
    }

    private func encodeWord(
        _ word: ArraySlice<UInt8>, with workspace: EncodingWorkspace, into output: inout [Int32]
    ) {
        guard word.count <= WordCache.maximumWordBytes else { return merge(word, &workspace.chain, into: &output) }
        let hash = hash(of: word)
        if workspace.cache.append(word, hash: hash, to: &output) { return }
        let start = output.count
        merge(word, &workspace.chain, into: &output)
        workspace.cache.insert(word, hash: hash, ids: output[start...])
    }

    private func merge(_ word: ArraySlice<UInt8>, _ chain: inout SymbolChain, into output: inout [Int32]) {
        if options.ignoresMerges, let id = wholeToken(word) { return output.append(id) }
        chain.removeAll()
        appendSymbols(of: word, to: &chain)
        chain.merge(with: merges, into: &output)
    }

    private func wholeToken(_ word: ArraySlice<UInt8>) -> Int32? {
        let id = symbols.isByteLevel ? vocabulary.id(of: ByteAlphabet.spell(word)) : vocabulary.id(of: word)
        return id.flatMap { control.contains($0) ? nil : $0 }
    }

    /// An unknown character is written when the next token is, so that neighbours can share one token; bytes of a
    /// fallback do not count as the next token. The order is the reference's.
    private func appendSymbols(of word: ArraySlice<UInt8>, to chain: inout SymbolChain) {
        var hasPendingUnknown = false
        symbols.forEachSymbol(of: word) { symbol in
            switch symbol {
            case .bytes(let ids):
                for id in ids { chain.append(id) }
            case .token(let id):
                if hasPendingUnknown, let unknown { chain.append(unknown) }
                hasPendingUnknown = false
                chain.append(id)
            case .unknown:
                if hasPendingUnknown, !options.fusesUnknown, let unknown { chain.append(unknown) }
                hasPendingUnknown = true
            }
        }
        if hasPendingUnknown, let unknown { chain.append(unknown) }
    }
}

/// What encoding keeps between words. Used by one thread at a time.
final class EncodingWorkspace {
    var cache = WordCache()
    var chain = SymbolChain()

    init() {}
}

extension MergeTable {
    /// The merges of `model` by the tokens they join, without those that would make a control token.
    fileprivate init(_ model: BytePairModel, control: Set<Int32>) {
        self.init(capacity: model.merges.count)
        for (rank, merge) in model.merges.enumerated() {
            guard let token = model.result(of: merge), !control.contains(token) else { continue }
            self[merge.left, merge.right] = Entry(rank: Int32(rank), token: token)
        }
    }
}

extension BytePairModel {
    /// The token that a merge makes: its two tokens written one after the other. Nil when that is no token.
    func result(of merge: Merge) -> Int32? {
        guard let left = vocabulary.bytes(of: merge.left), let right = vocabulary.bytes(of: merge.right) else {
            return nil
        }
        return vocabulary.id(of: left + right)
    }

    /// Whether no merge joins a text that does not end in `mark` with one that begins with it.
    fileprivate func keepsWordsApart(_ mark: [UInt8]) -> Bool {
        guard vocabulary.id(of: mark[...]) != nil else { return false }
        return merges.allSatisfy { merge in
            guard let left = vocabulary.bytes(of: merge.left), let right = vocabulary.bytes(of: merge.right) else {
                return true
            }
            return left.hasSuffix(mark) || !right.starts(with: mark)
        }
    }
}

extension ArraySlice<UInt8> {
    func hasSuffix(_ suffix: [UInt8]) -> Bool {
        count >= suffix.count && self.suffix(suffix.count).elementsEqual(suffix)
    }
}

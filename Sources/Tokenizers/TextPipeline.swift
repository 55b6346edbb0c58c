/// The whole way from text to ids: added tokens, normalisation, pieces, merges.
struct TextPipeline: Sendable {
    /// The ids of a text, and which of them (by their place) are control tokens.
    struct Output {
        var ids: [Int32] = []
        var controlPlaces: [Int] = []
    }

    private let rawTokens: AddedTokenMatcher
    private let normalizedTokens: AddedTokenMatcher
    private let normalizers: [Normalizer]
    private let preTokenizers: [PreTokenizer]
    private let encoder: BytePairEncoder

    init(_ definition: TokenizerDefinition) {
        normalizers = definition.normalizer.steps
        preTokenizers = definition.preTokenizer.steps
        let added = definition.addedTokens
        let patterns = added.map { (token: $0, bytes: definition.pattern(of: $0)) }
        rawTokens = AddedTokenMatcher(patterns.filter { !$0.token.isNormalized })
        normalizedTokens = AddedTokenMatcher(patterns.filter(\.token.isNormalized))
        encoder = BytePairEncoder(
            definition.model, control: Set(added.filter(\.isControl).map(\.id)), isByteLevel: definition.isByteLevel)
    }

    /// Appends the ids of `text`. A continuation goes on after a text that was encoded before: nothing is put in
    /// front of it.
    func encode(
        _ text: MarkedText, isContinuation: Bool, with workspace: EncodingWorkspace, into output: inout Output
    ) {
        split(text, by: rawTokens, into: &output) { start, segment, output in
            var segment = segment
            let isContinuation = isContinuation && start == 0
            for normalizer in normalizers {
                if isContinuation, case .prepend = normalizer { continue }
                normalizer.apply(to: &segment)
            }
            split(segment, by: normalizedTokens, into: &output) { inner, part, output in
                let isFirst = inner == 0
                encodePieces(
                    of: part.bytes, isTextStart: start == 0 && isFirst && !isContinuation,
                    isContinuation: isContinuation && isFirst, with: workspace, into: &output.ids)
            }
        }
    }

    /// Calls `body` for what lies between the matches, with the place where it begins; appends the matches' ids.
    private func split(
        _ text: MarkedText, by matcher: AddedTokenMatcher, into output: inout Output,
        _ body: (Int, MarkedText, inout Output) -> Void
    ) {
        let matches = matcher.matches(in: text)
        if matches.isEmpty { return body(0, text, &output) }
        var start = 0
        for match in matches {
            if match.range.lowerBound > start { body(start, text[start..<match.range.lowerBound], &output) }
            if match.token.isControl { output.controlPlaces.append(output.ids.count) }
            output.ids.append(match.token.id)
            start = match.range.upperBound
        }
        if start < text.bytes.count { body(start, text[start..<text.bytes.count], &output) }
    }

    private func encodePieces(
        of text: [UInt8], isTextStart: Bool, isContinuation: Bool, with workspace: EncodingWorkspace,
        into ids: inout [Int32]
    ) {
        var pieces = Pieces(text)
        for step in preTokenizers {
            pieces.apply(step, isTextStart: isTextStart, isContinuation: isContinuation)
        }
        for piece in pieces.ranges { encoder.encode(pieces.text, piece, with: workspace, into: &ids) }
    }
}

import StrictJSON

extension TokenizerDefinition {
    /// Understands the parts of a `tokenizer.json`. `moreTokens` are added tokens that other files declare.
    ///
    /// Stricter than the reference in five ways: two tokens may not share an id; an added token's id must be the one
    /// that the reference would give it; keys may not occur twice; settings that are not built in are refused rather
    /// than ignored; the byte alphabet must be the last step of the pre-tokenizer. Truncation and padding are ignored:
    /// they are the caller's business.
    init(_ root: JSONPlace, moreTokens: [AddedToken], limits: TokenizerLimits) throws(TokenizerError) {
        model = try root.member("model").bytePairModel(limits)
        addedTokens = try root.member("added_tokens").addedTokens(limits)
        let declared = Set(addedTokens.map(\.id))
        addedTokens += moreTokens.filter { !declared.contains($0.id) }.sorted { $0.id < $1.id }
        try TokenizerDefinition.requireAgreement(addedTokens, model.vocabulary, at: try root.member("added_tokens"))
        addedTokens.sort { $0.id < $1.id }
        normalizer = try root.component("normalizer") { place throws(TokenizerError) in try place.normalizers() }
        preTokenizer = try root.component("pre_tokenizer") { place throws(TokenizerError) in
            try place.preTokenizers()
        }
        decoder = try root.component("decoder") { place throws(TokenizerError) in try place.decoding() }
        postProcessor = TokenizerComponent(json: .null, steps: PostProcessor())
        let idBound = idBound
        postProcessor = try root.component("post_processor") { place throws(TokenizerError) in
            try place.postProcessor(idBound: idBound)
        }
        try requireByteAlphabetLast(root)
    }

    private func requireByteAlphabetLast(_ root: JSONPlace) throws(TokenizerError) {
        let isEarly = preTokenizer.steps.dropLast().contains { if case .byteLevel = $0 { true } else { false } }
        guard !isEarly else {
            throw try root.member("pre_tokenizer").mismatch("a sequence in which nothing follows ByteLevel")
        }
    }

    /// Every added token has an id and a spelling of its own: the vocabulary's where that has them, else the ids after
    /// it, without a gap, in order. The reference renumbers tokens that break this rule; here they are refused.
    private static func requireAgreement(
        _ tokens: [AddedToken], _ vocabulary: Vocabulary, at list: JSONPlace
    ) throws(TokenizerError) {
        var seen = Vocabulary(capacity: tokens.count)
        for token in tokens {
            let bytes = Array(token.content.utf8)[...]
            let expected = vocabulary.id(of: bytes) ?? Int32(max(vocabulary.count, seen.idBound))
            guard token.id == expected else {
                throw list.named(token).mismatch("\(expected), the id of this token or the first free one")
            }
            guard seen.insert(bytes, id: token.id) else {
                throw list.named(token).mismatch("a spelling that no other added token has")
            }
            if let other = vocabulary.bytes(of: token.id), other != bytes {
                throw list.named(token).mismatch("an id that no other token of the vocabulary has")
            }
        }
    }
}

extension JSONPlace {
    fileprivate func component<Steps>(
        _ key: String, _ read: (JSONPlace) throws(TokenizerError) -> Steps
    ) throws(TokenizerError) -> TokenizerComponent<Steps> {
        let place = try member(key)
        return TokenizerComponent(json: place.value ?? .null, steps: try read(place))
    }

    /// The place of an added token, shown by its id.
    fileprivate func named(_ token: AddedToken) -> JSONPlace {
        JSONPlace(file: file, path: "\(path)[\(excerpt(token.content))]", value: .integer(Int64(token.id)))
    }
}

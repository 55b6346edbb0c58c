import StrictJSON

/// Reads `model` and `added_tokens` of a `tokenizer.json`.
extension JSONPlace {
    /// The byte-pair encoding of the place `model`.
    func bytePairModel(_ limits: TokenizerLimits) throws(TokenizerError) -> BytePairModel {
        let type = try member("type")
        guard type.isNull || type.value?.string == "BPE" else { throw type.unsupported(known: ["BPE"]) }
        try requireNothing("dropout")
        try requireNothing("continuing_subword_prefix")
        try requireNothing("end_of_word_suffix")
        let vocabulary = try member("vocab").vocabulary(limits)
        let options = BytePairModel.Options(
            unknownToken: try member("unk_token").ifPresent?.string(),
            fusesUnknown: try member("fuse_unk").ifPresent?.bool() ?? false,
            usesByteFallback: try member("byte_fallback").ifPresent?.bool() ?? false,
            ignoresMerges: try member("ignore_merges").ifPresent?.bool() ?? false)
        if let unknown = options.unknownToken, vocabulary.id(of: unknown) == nil {
            throw try member("unk_token").mismatch("a token of the vocabulary")
        }
        let merges = try member("merges").merges(vocabulary, limits)
        let model = BytePairModel(vocabulary: vocabulary, merges: merges, options: options)
        try member("merges").requireResults(model)
        return model
    }

    /// Settings that change ids in ways that are not built in must be absent, null, empty or zero.
    private func requireNothing(_ key: String) throws(TokenizerError) {
        let place = try member(key)
        switch place.value {
        case nil, .null?, .string("")?, .integer(0)?, .number(0)?: return
        default: throw place.unsupported(known: ["null"])
        }
    }

    private func vocabulary(_ limits: TokenizerLimits) throws(TokenizerError) -> Vocabulary {
        let members = try object().members
        guard members.count <= limits.maximumTokens else {
            throw tooLarge(members.count, limits.maximumTokens, "tokens")
        }
        var vocabulary = Vocabulary(capacity: members.count)
        for (token, id) in members {
            let place = JSONPlace(file: file, path: "\(path)[\(excerpt(token))]", value: id)
            let id = try place.integer(in: 0..<limits.maximumTokens)
            guard !token.isEmpty else { throw place.mismatch("a token that is not empty") }
            guard token.utf8.count <= limits.maximumTokenBytes else {
                throw place.tooLarge(token.utf8.count, limits.maximumTokenBytes, "bytes")
            }
            guard vocabulary.insert(Array(token.utf8)[...], id: Int32(id)) else {
                throw place.mismatch("an id that no other token has")
            }
        }
        return vocabulary
    }

    private func merges(
        _ vocabulary: Vocabulary, _ limits: TokenizerLimits
    ) throws(TokenizerError) -> [BytePairModel.Merge] {
        guard let values = value?.array else { throw mismatch("an array") }
        guard values.count <= limits.maximumMerges else {
            throw tooLarge(values.count, limits.maximumMerges, "merges")
        }
        var merges: [BytePairModel.Merge] = []
        merges.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard let (left, right) = value.mergedTokens else {
                throw element(index, value).mismatch("two tokens, as \"a b\" or [\"a\", \"b\"]")
            }
            guard let left = vocabulary.id(of: left), let right = vocabulary.id(of: right) else {
                throw element(index, value).mismatch("tokens of the vocabulary")
            }
            merges.append(.init(left: left, right: right))
        }
        return merges
    }

    private func requireResults(_ model: BytePairModel) throws(TokenizerError) {
        guard let index = model.merges.firstIndex(where: { model.result(of: $0) == nil }) else { return }
        throw element(index, value?.array?[index]).mismatch("a merge whose result is a token of the vocabulary")
    }

    private func element(_ index: Int, _ value: JSONValue?) -> JSONPlace {
        JSONPlace(file: file, path: "\(path)[\(index)]", value: value)
    }

    private func tooLarge(_ found: Int, _ limit: Int, _ unit: String) -> TokenizerError {
        .tooLarge(file: file, path: path, found: found, limit: limit, unit: unit)
    }

    /// The added tokens in the order of the file.
    func addedTokens(_ limits: TokenizerLimits) throws(TokenizerError) -> [AddedToken] {
        guard !isNull else { return [] }
        var tokens: [AddedToken] = []
        for place in try elements() {
            let id = Int32(try place.member("id").integer(in: 0..<limits.maximumTokens))
            tokens.append(try place.addedToken(id: id, limits))
        }
        return tokens
    }

    /// An added token whose id stands elsewhere.
    func addedToken(id: Int32, _ limits: TokenizerLimits) throws(TokenizerError) -> AddedToken {
        let content = try member("content")
        let text = try content.string()
        guard !text.isEmpty else { throw content.mismatch("a text that is not empty") }
        guard text.utf8.count <= limits.maximumTokenBytes else {
            throw content.tooLarge(text.utf8.count, limits.maximumTokenBytes, "bytes")
        }
        let isSpecial = try member("special").ifPresent?.bool() ?? false
        return AddedToken(
            id: id, content: text, isSpecial: isSpecial,
            stripsLeft: try member("lstrip").ifPresent?.bool() ?? false,
            stripsRight: try member("rstrip").ifPresent?.bool() ?? false,
            isNormalized: try member("normalized").ifPresent?.bool() ?? !isSpecial,
            isSingleWord: try member("single_word").ifPresent?.bool() ?? false)
    }
}

extension JSONValue {
    /// The two tokens of a merge. In the form of one text exactly one space lies between them.
    fileprivate var mergedTokens: (left: String, right: String)? {
        if let pair = array {
            guard pair.count == 2, let left = pair[0].string, let right = pair[1].string else { return nil }
            return (left, right)
        }
        guard let text = string else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
    }
}

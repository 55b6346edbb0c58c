import StrictJSON

/// What `tokenizer_config.json` and `special_tokens_map.json` say; either may be missing.
struct TokenizerConfig {
    let config: JSONPlace
    let specialTokensMap: JSONPlace

    /// The members of the configuration.
    var members: JSONObject { config.value?.object ?? JSONObject() }

    /// The configuration's template, by itself or as the one called "default" among several.
    func chatTemplate() throws(TokenizerError) -> String? {
        guard let place = try config.ifPresent?.member("chat_template").ifPresent else { return nil }
        guard place.value?.array != nil else { return try place.string() }
        for element in try place.elements() where try element.member("name").string() == "default" {
            return try element.member("template").string()
        }
        return nil
    }

    /// Added tokens that only the configuration declares, by id.
    func addedTokens(_ limits: TokenizerLimits) throws(TokenizerError) -> [AddedToken] {
        guard let place = try config.ifPresent?.member("added_tokens_decoder").ifPresent else { return [] }
        var tokens: [AddedToken] = []
        for (key, value) in try place.object().members {
            let token = JSONPlace(file: place.file, path: "\(place.path)[\(excerpt(key))]", value: value)
            guard let id = Int32(key), (0..<limits.maximumTokens).contains(Int(id)) else {
                throw token.mismatch("a key from 0 to \(limits.maximumTokens - 1)")
            }
            tokens.append(try token.addedToken(id: id, limits))
        }
        return tokens
    }

    /// The tokens that play a part. One that is named but is no token is refused.
    func specialTokens(_ definition: TokenizerDefinition) throws(TokenizerError) -> SpecialTokens {
        let isToken = { (token: String) in definition.id(of: token) != nil }
        let usualImage = SpecialTokens.usualImageTokens.first { token in
            definition.addedTokens.contains { $0.content.utf8.elementsEqual(token.utf8) }
        }
        return SpecialTokens(
            bos: try named("bos_token", isToken), eos: try named("eos_token", isToken),
            unknown: try named("unk_token", isToken),
            padding: try named("pad_token", isToken),
            image: try named("image_token", isToken) ?? usualImage)
    }

    private func named(_ key: String, _ isToken: (String) -> Bool) throws(TokenizerError) -> String? {
        var places = [try config.ifPresent?.member(key), try specialTokensMap.ifPresent?.member(key)]
        if let extra = try config.ifPresent?.member("extra_special_tokens"), extra.value?.object != nil {
            places.append(try extra.member(key))
        }
        guard let place = places.compactMap({ $0 }).first(where: { $0.value != nil }), !place.isNull else { return nil }
        let name = try place.value?.object == nil ? place : place.member("content")
        let token = try name.string()
        guard isToken(token) else { throw name.mismatch("a token of tokenizer.json") }
        return token
    }

    /// The tokens around a text. `add_bos_token` and `add_eos_token`, where the configuration has one of them, take
    /// the place of the post-processor.
    func around(
        _ postProcessor: PostProcessor, _ tokens: SpecialTokens, id: (String) -> Int32?
    ) throws(TokenizerError) -> PostProcessor {
        let bos = try config.ifPresent?.member("add_bos_token").ifPresent
        let eos = try config.ifPresent?.member("add_eos_token").ifPresent
        guard bos != nil || eos != nil else { return postProcessor }
        var around = PostProcessor()
        if try bos?.bool() ?? false, let token = tokens.bos.flatMap(id) { around.before = [token] }
        if try eos?.bool() ?? false, let token = tokens.eos.flatMap(id) { around.after = [token] }
        return around
    }
}

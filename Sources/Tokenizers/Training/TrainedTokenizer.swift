import StrictJSON

extension BytePairTrainer {
    /// The tokenizer of a learned model, with the parts around it that a `tokenizer.json` has.
    func tokenizer(_ model: BytePairModel, _ special: [String], _ chatTemplate: ChatTemplate?) -> Tokenizer {
        let added = special.enumerated().map { AddedToken(id: Int32($0), content: $1, isSpecial: true) }
        let byteLevel: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
        ]
        let bosID = addsBOS ? specialTokens.bos.flatMap(model.vocabulary.id) : nil
        let around = PostProcessor(before: bosID.map { [$0] } ?? [])
        let definition = TokenizerDefinition(
            model: model, addedTokens: added, normalizer: TokenizerComponent(json: .null, steps: []),
            preTokenizer: TokenizerComponent(
                json: byteLevel, steps: [.byteLevel(addPrefixSpace: false, usesPattern: true)]),
            postProcessor: TokenizerComponent(json: bosID.map(postProcessor) ?? .null, steps: around),
            decoder: TokenizerComponent(json: byteLevel, steps: .byteLevel))
        return Tokenizer(
            definition, around: around, config: JSONObject(), specialTokens: specialTokens, chatTemplate: chatTemplate)
    }

    /// One text, or two, each after the beginning-of-sequence token.
    private func postProcessor(_ bosID: Int32) -> JSONValue {
        let bos = specialTokens.bos ?? ""
        func part(_ text: String, _ type: JSONValue) -> [JSONValue] {
            [
                ["SpecialToken": ["id": .string(bos), "type_id": type]],
                ["Sequence": ["id": .string(text), "type_id": type]],
            ]
        }
        let token: JSONValue = ["id": .string(bos), "ids": [.integer(Int64(bosID))], "tokens": [.string(bos)]]
        return [
            "type": "TemplateProcessing", "single": .array(part("A", 0)), "pair": .array(part("A", 0) + part("B", 1)),
            "special_tokens": .object(JSONObject([(bos, token)])),
        ]
    }
}

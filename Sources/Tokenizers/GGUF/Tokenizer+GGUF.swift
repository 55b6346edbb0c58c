public import GGUF
import StrictJSON

extension Tokenizer {
    /// The tokenizer and the chat template that a GGUF file carries in its metadata.
    ///
    /// The metadata is written as the `tokenizer.json` that it came from, and read as one: the same checks apply, and
    /// what is saved loads elsewhere with the same ids. Byte-level encodings (`gpt2`) with a known pre-tokenizer and
    /// SentencePiece's encodings (`llama`) are built in.
    ///
    /// - Throws: `TokenizerError`, or `TemplateError` when the chat template cannot be understood.
    public init(_ file: GGUFFile, limits: TokenizerLimits = .default) throws {
        let vocabulary = try GGUFVocabulary(file, limits)
        let template = try vocabulary.text("tokenizer.chat_template")
        try self.init(
            JSONPlace(file: file.path, value: try vocabulary.tokenizerJSON()),
            TokenizerConfig(
                config: JSONPlace(file: file.path, value: try vocabulary.configJSON()),
                specialTokensMap: JSONPlace(file: file.path, value: nil)),
            chatTemplate: template.map { try ChatTemplate(source: $0) }, limits: limits)
    }
}

/// The `tokenizer.ggml` part of a GGUF file's metadata.
struct GGUFVocabulary {
    /// What a token is for, by the format's numbers.
    enum Kind: Int {
        case normal = 1, unknown, control, userDefined, unused, byte
    }

    let file: GGUFFile
    let tokens: [String]
    let kinds: [Kind]
    let encoding: GGUFEncoding

    init(_ file: GGUFFile, _ limits: TokenizerLimits) throws(TokenizerError) {
        self.file = file
        tokens = try file.texts("tokenizer.ggml.tokens", atMost: limits.maximumTokens)
        var ids = JSONObject()
        for (id, token) in tokens.enumerated() {
            guard ids[token] == nil else {
                throw .malformed(
                    file: file.path, path: "tokenizer.ggml.tokens[\(id)]", found: excerpt(token),
                    expected: "a spelling that no other token has")
            }
            ids[token] = .integer(Int64(id))
        }
        kinds = try file.tokenKinds(count: tokens.count)
        encoding = try GGUFEncoding(file, ids: ids, kinds, limits)
    }

    func text(_ key: String) throws(TokenizerError) -> String? {
        guard let value = file[key] else { return nil }
        guard let text = value.string else { throw file.mismatch(key, "a text") }
        return text
    }

    private func flag(_ key: String) throws(TokenizerError) -> Bool? {
        guard let value = file[key] else { return nil }
        guard let flag = value.bool else { throw file.mismatch(key, "true or false") }
        return flag
    }

    /// The token whose id a key holds.
    private func token(_ key: String) throws(TokenizerError) -> String? {
        guard let value = file[key] else { return nil }
        guard let id = value.integer, tokens.indices.contains(id) else {
            throw file.mismatch(key, "an id below \(tokens.count)")
        }
        return tokens[id]
    }

    func configJSON() throws(TokenizerError) -> JSONValue {
        var config = JSONObject()
        for (key, name) in [
            ("bos", "bos_token"), ("eos", "eos_token"), ("unknown", "unk_token"), ("padding", "pad_token"),
        ] {
            if let token = try token("tokenizer.ggml.\(key)_token_id") { config[name] = .string(token) }
        }
        return .object(config)
    }

    func tokenizerJSON() throws(TokenizerError) -> JSONValue {
        .object(
            JSONObject([
                ("version", "1.0"), ("truncation", .null), ("padding", .null),
                ("added_tokens", .array(addedTokens)), ("normalizer", encoding.normalizer),
                ("pre_tokenizer", encoding.preTokenizer), ("post_processor", try postProcessor()),
                ("decoder", encoding.decoder), ("model", .object(encoding.model)),
            ]))
    }

    private var addedTokens: [JSONValue] {
        zip(tokens, kinds).enumerated().compactMap { id, token in
            guard [.control, .userDefined].contains(token.1) else { return nil }
            return [
                "id": .integer(Int64(id)), "content": .string(token.0), "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": .bool(token.1 == .control),
            ]
        }
    }

    /// The beginning and end of the sequence, where the file or its kind of encoding asks for them.
    private func postProcessor() throws(TokenizerError) -> JSONValue {
        let bos = try flag("tokenizer.ggml.add_bos_token") ?? encoding.addsBOS ? try around("bos") : nil
        let eos = try flag("tokenizer.ggml.add_eos_token") ?? false ? try around("eos") : nil
        guard bos != nil || eos != nil else { return .null }
        func sequence(_ text: String, _ type: JSONValue) -> [JSONValue] {
            func special(_ token: (text: String, id: Int)?) -> [JSONValue] {
                token.map { [["SpecialToken": ["id": .string($0.text), "type_id": type]]] } ?? []
            }
            return special(bos) + [["Sequence": ["id": .string(text), "type_id": type]]] + special(eos)
        }
        var special = JSONObject()
        for token in [bos, eos].compactMap({ $0 }) {
            special[token.text] = [
                "id": .string(token.text), "ids": [.integer(Int64(token.id))], "tokens": [.string(token.text)],
            ]
        }
        return [
            "type": "TemplateProcessing", "single": .array(sequence("A", 0)),
            "pair": .array(sequence("A", 0) + sequence("B", 1)), "special_tokens": .object(special),
        ]
    }

    private func around(_ name: String) throws(TokenizerError) -> (text: String, id: Int)? {
        let key = "tokenizer.ggml.\(name)_token_id"
        guard let token = try token(key), let id = file[key]?.integer else {
            throw file.mismatch(key, "the id of the token that the file wants around every text")
        }
        return (token, id)
    }
}

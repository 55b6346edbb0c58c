import DurableFiles
public import Foundation
import StrictJSON

extension Tokenizer {
    /// Writes `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json` and, if there is a template,
    /// `chat_template.jinja` into a directory that exists. Other programs that read these files get the same ids.
    ///
    /// - Throws: `TokenizerError.file` when a file cannot be written.
    public func save(to directory: URL) throws {
        try write(tokenizerJSON().serialized(pretty: true), to: directory, name: "tokenizer.json")
        try write(configJSON().serialized(pretty: true), to: directory, name: "tokenizer_config.json")
        try write(specialTokensJSON().serialized(pretty: true), to: directory, name: "special_tokens_map.json")
        if let chatTemplate { try write(chatTemplate.source, to: directory, name: "chat_template.jinja") }
    }

    private func write(_ text: String, to directory: URL, name: String) throws(TokenizerError) {
        do {
            try DurableFiles.write(text, to: directory.appendingPathComponent(name))
        } catch {
            throw .file(name: name, reason: "\(error)")
        }
    }

    /// The whole of `tokenizer.json`.
    func tokenizerJSON() -> JSONValue {
        .object(
            JSONObject([
                ("version", "1.0"), ("truncation", .null), ("padding", .null),
                ("added_tokens", .array(definition.addedTokens.map(\.json))),
                ("normalizer", definition.normalizer.json), ("pre_tokenizer", definition.preTokenizer.json),
                ("post_processor", definition.postProcessor.json), ("decoder", definition.decoder.json),
                ("model", definition.model.json),
            ]))
    }

    /// The configuration as it was read, with the tokens as they are now. The template has a file of its own.
    private func configJSON() -> JSONValue {
        var config = config
        config["chat_template"] = nil
        for (key, token) in specialTokens.named where token != nil || config[key] != nil {
            config[key] = token.map(JSONValue.string) ?? .null
        }
        if config["tokenizer_class"] == nil { config["tokenizer_class"] = "PreTrainedTokenizerFast" }
        if config["clean_up_tokenization_spaces"] == nil { config["clean_up_tokenization_spaces"] = false }
        return .object(config)
    }

    private func specialTokensJSON() -> JSONValue {
        var map = JSONObject()
        for (key, token) in specialTokens.named { if let token { map[key] = .string(token) } }
        return .object(map)
    }
}

extension SpecialTokens {
    /// The tokens under the names that the files use.
    fileprivate var named: [(key: String, token: String?)] {
        [
            ("bos_token", bos), ("eos_token", eos), ("unk_token", unknown), ("pad_token", padding),
            ("image_token", image),
        ]
    }
}

extension AddedToken {
    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("id", .integer(Int64(id))), ("content", .string(content)), ("single_word", .bool(isSingleWord)),
                ("lstrip", .bool(stripsLeft)), ("rstrip", .bool(stripsRight)), ("normalized", .bool(isNormalized)),
                ("special", .bool(isSpecial)),
            ]))
    }
}

extension BytePairModel {
    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("type", "BPE"), ("dropout", .null), ("unk_token", options.unknownToken.map(JSONValue.string) ?? .null),
                ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null),
                ("fuse_unk", .bool(options.fusesUnknown)), ("byte_fallback", .bool(options.usesByteFallback)),
                ("ignore_merges", .bool(options.ignoresMerges)), ("vocab", .object(vocabularyJSON)),
                ("merges", .array(merges.compactMap(pair))),
            ]))
    }

    /// By id.
    private var vocabularyJSON: JSONObject {
        var members = JSONObject()
        for id in 0..<Int32(vocabulary.idBound) {
            if let token = vocabulary.token(of: id) { members[token] = .integer(Int64(id)) }
        }
        return members
    }

    private func pair(_ merge: Merge) -> JSONValue? {
        guard let left = vocabulary.token(of: merge.left), let right = vocabulary.token(of: merge.right) else {
            return nil
        }
        return .array([.string(left), .string(right)])
    }
}

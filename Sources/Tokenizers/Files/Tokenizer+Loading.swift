import DurableFiles
public import Foundation
import StrictJSON

extension Tokenizer {
    /// Reads a tokenizer in Hugging Face's layout: `tokenizer.json` and, where they exist, `tokenizer_config.json`,
    /// `special_tokens_map.json`, and a chat template from `chat_template.jinja`, `chat_template.json` or the
    /// configuration, the first of these that exists.
    ///
    /// - Throws: `TokenizerError`, or `TemplateError` when the chat template cannot be understood.
    public init(directory: URL, limits: TokenizerLimits = .default) throws {
        let folder = TokenizerFolder(url: directory, limits: limits)
        let root = try folder.json("tokenizer.json", limit: limits.maximumFileBytes)
        guard root.value != nil else { throw folder.missingTokenizer() }
        let config = TokenizerConfig(
            config: try folder.json("tokenizer_config.json", limit: limits.maximumConfigBytes),
            specialTokensMap: try folder.json("special_tokens_map.json", limit: limits.maximumConfigBytes))
        let template = try folder.chatTemplate() ?? config.chatTemplate()
        try self.init(
            root, config, chatTemplate: template.map { try ChatTemplate(source: $0) }, limits: limits)
    }

    /// Puts together what the files say.
    init(
        _ root: JSONPlace, _ config: TokenizerConfig, chatTemplate: ChatTemplate?, limits: TokenizerLimits
    ) throws(TokenizerError) {
        var definition = try TokenizerDefinition(root, moreTokens: try config.addedTokens(limits), limits: limits)
        let specialTokens = try config.specialTokens(definition)
        definition.addMissing(specialTokens)
        let around = try config.around(definition.postProcessor.steps, specialTokens, id: definition.id)
        self.init(
            definition, around: around, config: config.members, specialTokens: specialTokens,
            chatTemplate: chatTemplate)
    }
}

extension TokenizerDefinition {
    /// Makes special tokens that only the vocabulary knows added tokens, as transformers does: found in text, and
    /// never written by content.
    fileprivate mutating func addMissing(_ tokens: SpecialTokens) {
        let named = [tokens.bos, tokens.eos, tokens.unknown, tokens.padding, tokens.image].compactMap { $0 }
        for token in named {
            guard let id = model.vocabulary.id(of: token), !addedTokens.contains(where: { $0.id == id }) else {
                continue
            }
            addedTokens.append(AddedToken(id: id, content: token, isSpecial: true))
        }
        addedTokens.sort { $0.id < $1.id }
    }
}

/// The files of a tokenizer, read with limits.
private struct TokenizerFolder {
    let url: URL
    let limits: TokenizerLimits

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
    }

    private func bytes(_ name: String, limit: Int) throws(TokenizerError) -> [UInt8] {
        do {
            return try DurableFiles.read(url.appendingPathComponent(name), limit: limit)
        } catch {
            throw .file(name: name, reason: "\(error)")
        }
    }

    /// The JSON of a file; a place without a value when there is no such file.
    func json(_ name: String, limit: Int) throws(TokenizerError) -> JSONPlace {
        guard exists(name) else { return JSONPlace(file: name, value: nil) }
        let bytes = try bytes(name, limit: limit)
        do {
            let limits = JSONLimits(maximumBytes: limit)
            return JSONPlace(file: name, value: try JSONValue(parsing: bytes, limits: limits))
        } catch {
            throw .notJSON(file: name, line: error.line, column: error.column, reason: error.reason)
        }
    }

    /// The template that has a file of its own.
    func chatTemplate() throws(TokenizerError) -> String? {
        let name = "chat_template.jinja"
        guard exists(name) else {
            let place = try json("chat_template.json", limit: limits.maximumConfigBytes)
            return try place.ifPresent?.member("chat_template").ifPresent?.string()
        }
        guard let text = String(validating: try bytes(name, limit: limits.maximumConfigBytes), as: UTF8.self) else {
            throw .file(name: name, reason: "not valid UTF-8")
        }
        return text
    }

    func missingTokenizer() -> TokenizerError {
        let others = ["tokenizer.model", "vocab.json"].filter(exists)
        let hint =
            others.isEmpty
            ? "missing in \(excerpt(url.path, limit: 400))"
            : "missing; \(others[0]) is another format: save the tokenizer with transformers 4.40 or newer, "
                + "which writes tokenizer.json"
        return .file(name: "tokenizer.json", reason: hint)
    }
}

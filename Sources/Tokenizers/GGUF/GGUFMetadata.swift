import GGUF

extension GGUFFile {
    func mismatch(_ key: String, _ expected: String) -> TokenizerError {
        let found: String =
            switch self[key] {
            case nil: "nothing"
            case .integer(let value)?: "\(value)"
            case .string(let text)?: excerpt(text)
            case .array(let elements)?: "an array of \(elements.count)"
            case let value?: value.kind
            }
        return .malformed(file: path, path: key, found: found, expected: expected)
    }

    func texts(_ key: String, atMost limit: Int) throws(TokenizerError) -> [String] {
        guard let elements = self[key]?.array else { throw mismatch(key, "an array of texts") }
        guard elements.count <= limit else {
            throw .tooLarge(file: path, path: key, found: elements.count, limit: limit, unit: "texts")
        }
        let texts = elements.compactMap(\.string)
        guard texts.count == elements.count else { throw mismatch(key, "an array of texts") }
        return texts
    }

    /// What each token is for; all are ordinary when the file does not say.
    func tokenKinds(count: Int) throws(TokenizerError) -> [GGUFVocabulary.Kind] {
        let key = "tokenizer.ggml.token_type"
        guard self[key] != nil else { return [GGUFVocabulary.Kind](repeating: .normal, count: count) }
        let kinds = (self[key]?.array ?? []).compactMap { $0.integer.flatMap(GGUFVocabulary.Kind.init) }
        guard kinds.count == count, self[key]?.array?.count == count else {
            throw mismatch(key, "\(count) numbers from 1 to 6, one for every token")
        }
        return kinds
    }
}

import GGUF
import StrictJSON

/// The parts of a `tokenizer.json` that depend on the kind of encoding.
struct GGUFEncoding {
    var normalizer: JSONValue = .null
    var preTokenizer: JSONValue = .null
    var decoder: JSONValue
    var model: JSONObject
    /// Whether the beginning of the sequence is put before a text when the file does not say.
    var addsBOS: Bool

    init(_ file: GGUFFile, ids: JSONObject, _ kinds: [GGUFVocabulary.Kind], _ limits: TokenizerLimits)
        throws(TokenizerError)
    {
        let key = "tokenizer.ggml.model"
        switch file[key]?.string {
        case "gpt2": try self.init(byteLevel: file, ids, limits)
        case "llama": try self.init(sentencePiece: file, ids, kinds)
        default:
            throw .unsupported(
                file: file.path, path: key, found: file[key]?.string.map { excerpt($0) } ?? "nothing",
                known: ["gpt2", "llama"])
        }
    }

    private init(byteLevel file: GGUFFile, _ ids: JSONObject, _ limits: TokenizerLimits) throws(TokenizerError) {
        let key = "tokenizer.ggml.pre"
        let name = file[key]?.string ?? "gpt-2"
        guard let kind = GGUFPreTokenizer(name: name) else {
            throw .unsupported(
                file: file.path, path: key, found: excerpt(name), known: GGUFPreTokenizer.names.keys.sorted())
        }
        let merges = try file.texts("tokenizer.ggml.merges", atMost: limits.maximumMerges)
        preTokenizer = kind.json
        normalizer = kind.composes ? ["type": "NFC"] : .null
        decoder = ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
        model = [
            "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
            "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": .bool(kind == .llama3), "vocab": .object(ids),
            "merges": .array(merges.map(JSONValue.string)),
        ]
        addsBOS = kind == .llama3
    }

    /// Merges follow from the tokens' scores: a token is merged from any two tokens that it consists of, the highest
    /// score first.
    private init(
        sentencePiece file: GGUFFile, _ ids: JSONObject, _ kinds: [GGUFVocabulary.Kind]
    ) throws(TokenizerError) {
        let key = "tokenizer.ggml.scores"
        let scores = (file[key]?.array ?? []).compactMap(\.number).filter(\.isFinite)
        guard scores.count == ids.count, file[key]?.array?.count == ids.count else {
            throw file.mismatch(key, "\(ids.count) finite numbers, one for every token")
        }
        let prefixed = file["tokenizer.ggml.add_space_prefix"]?.bool ?? true
        let mark: JSONValue = "\u{2581}"
        let toMark: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": mark]
        let prepend: JSONValue = ["type": "Prepend", "prepend": mark]
        normalizer = ["type": "Sequence", "normalizers": .array(prefixed ? [prepend, toMark] : [toMark])]
        let steps: [JSONValue] = [
            ["type": "Replace", "pattern": ["String": mark], "content": " "], ["type": "ByteFallback"],
            ["type": "Fuse"],
        ]
        let strip: JSONValue = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
        decoder = ["type": "Sequence", "decoders": .array(prefixed ? steps + [strip] : steps)]
        let unknown = file["tokenizer.ggml.unknown_token_id"]?.integer.flatMap { id in
            ids.members.indices.contains(id) ? ids.members[id].key : nil
        }
        model = [
            "type": "BPE", "dropout": .null, "unk_token": unknown.map(JSONValue.string) ?? .null,
            "continuing_subword_prefix": .null, "end_of_word_suffix": .null, "fuse_unk": true,
            "byte_fallback": .bool(kinds.contains(.byte)), "ignore_merges": false, "vocab": .object(ids),
            "merges": .array(scoredMerges(ids, scores, kinds)),
        ]
        addsBOS = true
    }
}

/// All merges of a SentencePiece vocabulary, strongest first. Ties are settled as transformers does when it converts
/// one: the longer left part, the longer right part, then the order of ids.
private func scoredMerges(_ ids: JSONObject, _ scores: [Double], _ kinds: [GGUFVocabulary.Kind]) -> [JSONValue] {
    struct Merge {
        var score: Double
        var left, right: String
        var ids: (Int, Int, Int)
    }
    let isMerged = kinds.map { [.normal, .userDefined].contains($0) }
    func id(_ token: some StringProtocol) -> Int? { ids[String(token)]?.integer.flatMap { isMerged[$0] ? $0 : nil } }
    var merges: [Merge] = []
    for (merged, (token, _)) in ids.members.enumerated() where isMerged[merged] {
        let scalars = token.unicodeScalars
        for border in scalars.indices.dropFirst() {
            let (left, right) = (String(scalars[..<border]), String(scalars[border...]))
            guard let first = id(left), let second = id(right) else { continue }
            merges.append(Merge(score: scores[merged], left: left, right: right, ids: (merged, first, second)))
        }
    }
    merges.sort { a, b in
        let (left, right) = (a.left.unicodeScalars.count, b.left.unicodeScalars.count)
        if a.score != b.score { return a.score > b.score }
        if left != right { return left > right }
        let (aRight, bRight) = (a.right.unicodeScalars.count, b.right.unicodeScalars.count)
        return aRight != bRight ? aRight > bRight : a.ids < b.ids
    }
    return merges.map { .array([.string($0.left), .string($0.right)]) }
}

import Foundation
import StrictJSON

@testable import Tokenizers

/// A `tokenizer.json` of a few tokens, put together by a test.
struct SmallTokenizer {
    var tokens: [String]
    var merges: [[String]] = []
    var added: [(id: Int, content: String)] = []
    var options: JSONObject = JSONObject()
    var parts: JSONObject = JSONObject()
    var config: JSONValue?

    init(tokens: [String], merges: [[String]] = [], added: [(Int, String)] = []) {
        self.tokens = tokens
        self.merges = merges
        self.added = added.map { ($0.0, $0.1) }
    }

    var json: JSONValue {
        var model = options
        if model["type"] == nil { model["type"] = "BPE" }
        model["vocab"] = .object(JSONObject(tokens.enumerated().map { ($1, .integer(Int64($0))) }))
        model["merges"] = .array(merges.map { .array($0.map { .string($0) }) })
        var root = parts
        root["model"] = .object(model)
        root["added_tokens"] = .array(
            added.map { ["id": .integer(Int64($0.id)), "content": .string($0.content), "special": true] })
        if root["decoder"] == nil { root["decoder"] = ["type": "Sequence", "decoders": [["type": "Fuse"]]] }
        return .object(root)
    }

    func tokenizer(limits: TokenizerLimits = .default) throws -> Tokenizer {
        try SmallTokenizer.tokenizer(json, config: config, limits: limits)
    }

    /// Reads files as they would lie in a folder.
    static func tokenizer(
        _ json: JSONValue, config: JSONValue? = nil, limits: TokenizerLimits = .default
    ) throws -> Tokenizer {
        try Tokenizer(
            JSONPlace(file: "tokenizer.json", value: json),
            TokenizerConfig(
                config: JSONPlace(file: "tokenizer_config.json", value: config),
                specialTokensMap: JSONPlace(file: "special_tokens_map.json", value: nil)),
            chatTemplate: nil, limits: limits)
    }
}

/// A folder that is removed after the test.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "tokenizers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name))
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

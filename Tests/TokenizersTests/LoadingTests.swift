import Foundation
import StrictJSON
import Testing

@testable import Tokenizers

/// By hand: what files may say, and the words in which the rest is refused.
@Suite("Reading tokenizer files")
struct LoadingTests {
    private func error(_ change: (inout SmallTokenizer) -> Void) -> TokenizerError? {
        var small = SmallTokenizer(tokens: ["a", "b", "ab"], merges: [["a", "b"]], added: [(3, "</s>")])
        change(&small)
        do {
            _ = try small.tokenizer()
            return nil
        } catch {
            return error as? TokenizerError
        }
    }

    private func words(_ change: (inout SmallTokenizer) -> Void) throws -> String { "\(try error(change).found())" }

    @Test("a whole file is read")
    func whole() { #expect(error { _ in } == nil) }

    @Test("a pattern that is not built in is refused by name")
    func pattern() throws {
        let split: JSONValue = [
            "type": "Split", "pattern": ["Regex": "(a+)+$"], "behavior": "Isolated", "invert": false,
        ]
        let words = try words { $0.parts["pre_tokenizer"] = split }
        #expect(
            words.hasPrefix(#"tokenizer.json: pre_tokenizer.pattern.Regex: "(a+)+$" is not supported; known here: "#))
    }

    @Test(
        "a part that is not built in is refused by name",
        arguments: [
            ("normalizer", #"normalizer.type: "Precompiled" is not supported"#, "Precompiled"),
            ("pre_tokenizer", #"pre_tokenizer.type: "BertPreTokenizer" is not supported"#, "BertPreTokenizer"),
            ("decoder", #"decoder.type: "WordPiece" is not supported"#, "WordPiece"),
            ("post_processor", #"post_processor.type: "RobertaProcessing" is not supported"#, "RobertaProcessing"),
        ])
    func parts(key: String, expected: String, type: String) throws {
        let words = try words { $0.parts[key] = ["type": .string(type)] }
        #expect(words.hasPrefix("tokenizer.json: " + expected), "\(words)")
    }

    @Test("another kind of model is refused by name")
    func model() throws {
        #expect(
            try words { $0.options["type"] = "Unigram" }
                == #"tokenizer.json: model.type: "Unigram" is not supported; known here: BPE"#)
        #expect(try words { $0.options["dropout"] = .number(0.1) }.contains("model.dropout: 0.1 is not supported"))
        #expect(error { $0.options["end_of_word_suffix"] = "" } == nil)
        #expect(try words { $0.options["end_of_word_suffix"] = "</w>" }.contains("model.end_of_word_suffix"))
    }

    @Test("merges must be made of tokens and make tokens")
    func merges() throws {
        #expect(
            try words { $0.merges = [["a", "c"]] }
                == "tokenizer.json: model.merges[0]: found an array of 2, expected tokens of the vocabulary")
        #expect(try words { $0.merges = [["a", "b"], ["b", "a"]] }.contains("model.merges[1]: found an array of 2"))
        #expect(try words { $0.merges = [["a"]] }.contains(#"expected two tokens, as "a b" or ["a", "b"]"#))
    }

    @Test("both spellings of merges mean the same")
    func spellings() throws {
        let small = SmallTokenizer(tokens: ["a", "b", "ab"], merges: [["a", "b"]])
        var root = try small.json.object.found()
        var model = try root["model"].found().object.found()
        model["merges"] = ["a b"]
        root["model"] = .object(model)
        let older = try SmallTokenizer.tokenizer(.object(root))
        #expect(older.encode("abba", controlTokens: false, addSpecial: false) == [2, 1, 0])
        for wrong in ["a  b", "ab", " a b", "a b "] as [JSONValue] {
            model["merges"] = [wrong]
            root["model"] = .object(model)
            #expect(throws: TokenizerError.self) { try SmallTokenizer.tokenizer(.object(root)) }
        }
    }

    @Test("ids must be whole, not negative, below the limit, and different")
    func ids() throws {
        for id in [-1, 1_000_000] {
            let root = try replacing("a", by: .integer(Int64(id)))
            let error = #expect(throws: TokenizerError.self) { try SmallTokenizer.tokenizer(root) }
            #expect(
                "\(try error.found())"
                    == #"tokenizer.json: model.vocab["a"]: found \#(id), expected an integer from 0 to 999999"#)
        }
        for id in [.number(1), .string("1"), .null, .integer(2)] as [JSONValue] {
            let root = try replacing("a", by: id)
            #expect(throws: TokenizerError.self) { try SmallTokenizer.tokenizer(root) }
        }
    }

    private func replacing(_ token: String, by id: JSONValue) throws -> JSONValue {
        var root = try SmallTokenizer(tokens: ["a", "b", "ab"], merges: [["a", "b"]]).json.object.found()
        var model = try root["model"].found().object.found()
        var vocabulary = try model["vocab"].found().object.found()
        vocabulary[token] = id
        model["vocab"] = .object(vocabulary)
        root["model"] = .object(model)
        return .object(root)
    }

    @Test("added tokens must have the ids that the reference would give them")
    func addedTokens() throws {
        #expect(error { $0.added = [(2, "ab"), (3, "x"), (4, "y")] } == nil)
        #expect(try words { $0.added = [(4, "x")] }.contains(#"added_tokens["x"]: found 4, expected 3"#))
        #expect(try words { $0.added = [(1, "ab")] }.contains(#"added_tokens["ab"]: found 1, expected 2"#))
        #expect(try words { $0.added = [(3, "x"), (4, "x")] }.contains("no other added token has"))
        #expect(try words { $0.added = [(3, "")] }.contains("a text that is not empty"))
    }

    @Test("a token that is named must exist")
    func named() throws {
        #expect(
            try words { $0.config = ["eos_token": "<end>"] }
                == #"tokenizer_config.json: eos_token: found "<end>", expected a token of tokenizer.json"#)
        #expect(error { $0.config = ["eos_token": ["content": "</s>"], "pad_token": .null] } == nil)
    }

    @Test("a named token of the vocabulary is a control token though no list says so")
    func namedControl() throws {
        var small = SmallTokenizer(tokens: ["a", "<", ">", "<e", "<e>", "e"], merges: [["<", "e"], ["<e", ">"]])
        small.config = ["eos_token": "<e>"]
        let tokenizer = try small.tokenizer()
        #expect(tokenizer.encode("a<e>", controlTokens: true, addSpecial: false) == [0, 4])
        #expect(tokenizer.encode("a<e>", controlTokens: false, addSpecial: false) == [0, 3, 2])
    }

    @Test("canonically equal spellings are different tokens")
    func equalSpellings() throws {
        let tokenizer = try SmallTokenizer(tokens: ["\u{e9}", "e", "\u{301}", "e\u{301}"], merges: [["e", "\u{301}"]])
            .tokenizer()
        #expect(tokenizer.encode("\u{e9}", controlTokens: false, addSpecial: false) == [0])
        #expect(tokenizer.encode("e\u{301}", controlTokens: false, addSpecial: false) == [3])
        #expect(tokenizer.id(of: "\u{e9}") == 0 && tokenizer.id(of: "e\u{301}") == 3)
    }

    @Test("each limit is kept to the letter")
    func limits() throws {
        let small = SmallTokenizer(tokens: ["a", "b", "ab"], merges: [["a", "b"]], added: [(3, "</s>")])
        func read(_ change: (inout TokenizerLimits) -> Void) -> Bool {
            var limits = TokenizerLimits()
            change(&limits)
            return (try? small.tokenizer(limits: limits)) != nil
        }
        #expect(read { $0.maximumMerges = 1 })
        #expect(!read { $0.maximumMerges = 0 })
        #expect(read { $0.maximumTokens = 4 })
        #expect(!read { $0.maximumTokens = 3 })
        #expect(!read { $0.maximumTokens = 2 })
        #expect(read { $0.maximumTokenBytes = 4 })
        #expect(!read { $0.maximumTokenBytes = 3 })
        #expect(!read { $0.maximumTokenBytes = 1 })
    }

    @Test("files that are missing, too large or no JSON are named")
    func files() throws {
        let folder = try TemporaryFolder()
        func words(limits: TokenizerLimits = .default) throws -> String {
            "\(try #require(throws: TokenizerError.self) { try Tokenizer(directory: folder.url, limits: limits) })"
        }
        #expect(try words().hasPrefix("tokenizer.json: missing in"))
        try folder.write("", "tokenizer.model")
        #expect(try words().contains("tokenizer.model is another format"))
        try folder.write("{\"model\": ", "tokenizer.json")
        #expect(try words().hasPrefix("tokenizer.json is not JSON: line 1, column 11"))
        let text = SmallTokenizer(tokens: ["a"]).json.serialized()
        try folder.write(text, "tokenizer.json")
        var limits = TokenizerLimits()
        limits.maximumFileBytes = text.utf8.count
        _ = try Tokenizer(directory: folder.url, limits: limits)
        limits.maximumFileBytes -= 1
        #expect(try words(limits: limits).hasPrefix("tokenizer.json: "))
        try folder.write("[]", "tokenizer_config.json")
        #expect(try words().contains("tokenizer_config.json: the file: found an array of 0, expected an object"))
    }

    @Test("the template is found in each of its places, the file of its own first")
    func templates() throws {
        let folder = try TemporaryFolder()
        try folder.write(SmallTokenizer(tokens: ["a"]).json.serialized(), "tokenizer.json")
        #expect(try Tokenizer(directory: folder.url).chatTemplate == nil)
        try folder.write(#"{"chat_template": "one"}"#, "tokenizer_config.json")
        #expect(try Tokenizer(directory: folder.url).chatTemplate?.source == "one")
        let several =
            #"{"chat_template": [{"name": "tool_use", "template": "no"}, {"name": "default", "template": "two"}]}"#
        try folder.write(several, "tokenizer_config.json")
        #expect(try Tokenizer(directory: folder.url).chatTemplate?.source == "two")
        try folder.write(#"{"chat_template": "three"}"#, "chat_template.json")
        #expect(try Tokenizer(directory: folder.url).chatTemplate?.source == "three")
        try folder.write("four", "chat_template.jinja")
        #expect(try Tokenizer(directory: folder.url).chatTemplate?.source == "four")
    }

    @Test("the configuration decides what stands around a text where it says so")
    func around() throws {
        var small = SmallTokenizer(tokens: ["a"], added: [(1, "<s>"), (2, "</s>")])
        small.config = ["bos_token": "<s>", "eos_token": "</s>", "add_bos_token": true, "add_eos_token": false]
        #expect(try small.tokenizer().encode("a", controlTokens: false, addSpecial: true) == [1, 0])
        small.config = ["bos_token": "<s>", "eos_token": "</s>", "add_eos_token": true]
        #expect(try small.tokenizer().encode("a", controlTokens: false, addSpecial: true) == [0, 2])
    }
}

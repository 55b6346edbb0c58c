import Foundation
import StrictJSON
import Testing

@testable import Tokenizers

/// By law: what is written is what was read.
@Suite("Writing tokenizer files")
struct SavingTests {
    @Test("a saved tokenizer has the same ids, texts and files", arguments: Goldens.tokenizers)
    func roundTrip(name: String) throws {
        let tokenizer = try Goldens.tokenizer(name)
        let folder = try TemporaryFolder()
        try tokenizer.save(to: folder.url)
        let saved = try Tokenizer(directory: folder.url)
        #expect(saved.tokenizerJSON() == tokenizer.tokenizerJSON())
        #expect(saved.specialTokens == tokenizer.specialTokens)
        for golden in try Goldens.json("\(name)/golden.json")["cases"].found().array.found() {
            let text = try golden["text"].found().string.found()
            let ids = try golden["ids"].found().ids()
            #expect(saved.encode(text, controlTokens: true, addSpecial: true) == ids)
            #expect(saved.decode(ids, skipSpecial: true) == tokenizer.decode(ids, skipSpecial: true))
        }
    }

    @Test("the parts of the file are written as they were read", arguments: Goldens.tokenizers)
    func parts(name: String) throws {
        let original = try Goldens.json("\(name)/tokenizer.json")
        let written = try Goldens.tokenizer(name).tokenizerJSON()
        for part in ["added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder"] {
            #expect(written[part] == original[part], "\(part)")
        }
        let members = try written["model"].found().object.found()
        let expected = try original["model"].found().object.found()
        #expect(Set(members.keys) == Set(expected.keys))
        for key in ["unk_token", "fuse_unk", "byte_fallback", "ignore_merges"] {
            #expect(members[key] == expected[key])
        }
        #expect(members["vocab"]?.object?.count == expected["vocab"]?.object?.count)
        #expect(members["merges"]?.array?.count == expected["merges"]?.array?.count)
    }

    @Test("template, named tokens and what the configuration said besides are kept")
    func config() throws {
        let folder = try TemporaryFolder()
        var small = SmallTokenizer(tokens: ["a"], added: [(1, "<s>"), (2, "</s>"), (3, "<image>")])
        small.config = ["model_max_length": 2048, "bos_token": "<s>", "chat_template": "old", "pad_token": "</s>"]
        var tokenizer = try small.tokenizer()
        tokenizer.chatTemplate = try ChatTemplate(source: "{{ messages }}\n")
        tokenizer.specialTokens.eos = "</s>"
        tokenizer.specialTokens.padding = nil
        try tokenizer.save(to: folder.url)
        let saved = try Tokenizer(directory: folder.url)
        #expect(saved.chatTemplate?.source == "{{ messages }}\n")
        #expect(saved.specialTokens == SpecialTokens(bos: "<s>", eos: "</s>", image: "<image>"))
        #expect(saved.config["model_max_length"] == 2048)
        #expect(saved.config["chat_template"] == nil)
    }

    @Test("a folder that is not there is an error with its name")
    func missing() throws {
        let error = #expect(throws: TokenizerError.self) {
            try Goldens.tokenizer("gpt2").save(to: URL(filePath: "/nowhere/at/all"))
        }
        #expect("\(try error.found())".hasPrefix("tokenizer.json: "))
    }
}

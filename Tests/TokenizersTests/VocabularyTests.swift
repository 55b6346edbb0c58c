import Foundation
import GGUF
import StrictJSON
import Testing

@testable import Tokenizers

/// Published vocabularies, which are not part of the repository: `scripts/fetch_test_files` puts them into `.cache/`.
enum PublishedFiles {
    static let cache = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: ".cache")

    static let areThere =
        FileManager.default.fileExists(atPath: cache.appending(path: "llama.cpp/templates").path)
        && FileManager.default.fileExists(atPath: path(of: "smollm").path)

    static let reason: Comment = "published files are missing, run scripts/fetch_test_files: NOT CHECKED"

    static func path(of vocabulary: String) -> URL {
        vocabulary == "smollm"
            ? cache.appending(path: "smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
            : cache.appending(path: "llama.cpp/ggml-vocab-\(vocabulary).gguf")
    }

    static func tokenizer(_ vocabulary: String) throws -> Tokenizer { try Tokenizer(GGUFFile(path(of: vocabulary))) }
}

@Suite("Published vocabularies", .enabled(if: PublishedFiles.areThere, PublishedFiles.reason))
struct VocabularyTests {
    /// By golden: the texts and ids that llama.cpp keeps beside each vocabulary, recorded from the models' own tokenizers.
    @Test(
        "give the ids that are published with them",
        arguments: ["gpt-2", "llama-bpe", "llama-spm", "qwen2", "mpt", "starcoder", "refact", "command-r", "phi-3"])
    func publishedIDs(name: String) throws {
        let tokenizer = try PublishedFiles.tokenizer(name)
        let file = PublishedFiles.path(of: name).path
        let texts = try String(contentsOfFile: file + ".inp", encoding: .utf8).components(
            separatedBy: "\n__ggml_vocab_test__\n")
        let lines = try String(contentsOfFile: file + ".out", encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(texts.count >= 40 && lines.count >= texts.count)
        for (text, line) in zip(texts, lines) {
            let ids = line.split(separator: " ").compactMap { Int32($0) }
            #expect(tokenizer.encode(text, controlTokens: true, addSpecial: false) == ids, "\(text.debugDescription)")
        }
    }

    /// By golden: `Tests/Goldens/record_vocabularies.py`, a hundred thousand texts. One thousand of them in a debug build's
    /// patience; all of them with `SAFE_RLHF_V_ALL_TEXTS=1`.
    @Test(
        "give the reference's ids for random texts", arguments: ["gpt-2", "llama-bpe", "llama-spm", "qwen2", "smollm"])
    func randomTexts(name: String) throws {
        let golden = try Goldens.json("vocabularies.json")
        let hashes = try golden["hashes"].found()[name].found().array.found()
        let pieces = try golden["pieces"].found().array.found().map { try $0.string.found() }
        let group = try golden["group"].found().integer.found()
        let tokenizer = try PublishedFiles.tokenizer(name)
        var draw = Draw(state: UInt64(try golden["seed"].found().integer.found()))
        let all = ProcessInfo.processInfo.environment["SAFE_RLHF_V_ALL_TEXTS"] == "1"
        for (index, expected) in hashes.prefix(all ? hashes.count : 1).enumerated() {
            var hash = Hash()
            for _ in 0..<group {
                for id in tokenizer.encode(draw.text(pieces), controlTokens: true, addSpecial: false) {
                    hash.combine(UInt32(bitPattern: id))
                }
                hash.combine(.max)
            }
            #expect(hash.hex == expected.string, "texts \(index * group) to \(index * group + group - 1)")
        }
    }

    /// By law: what is saved is the same tokenizer.
    @Test("are saved as tokenizer.json with the same ids", arguments: ["llama-bpe", "llama-spm", "smollm"])
    func saved(name: String) throws {
        let tokenizer = try PublishedFiles.tokenizer(name)
        let folder = FileManager.default.temporaryDirectory.appending(path: "vocabulary-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try tokenizer.save(to: folder)
        let read = try Tokenizer(directory: folder)
        #expect(
            read.specialTokens == tokenizer.specialTokens && read.chatTemplate?.source == tokenizer.chatTemplate?.source
        )
        for text in ["Hello,  world! 12345", "<s> é 你好\n\n</s>", "<|im_start|>user\nhi<|im_end|>"] {
            let ids = tokenizer.encode(text, controlTokens: true, addSpecial: true)
            #expect(read.encode(text, controlTokens: true, addSpecial: true) == ids)
            #expect(read.decode(ids, skipSpecial: false) == tokenizer.decode(ids, skipSpecial: false))
        }
    }

    /// By hand: what the files say about the ends of a text.
    @Test("know their special tokens")
    func specialTokens() throws {
        let llama = try PublishedFiles.tokenizer("llama-spm")
        #expect((llama.bosID, llama.eosID, llama.unknownID, llama.vocabularyCount) == (1, 2, 0, 32000))
        #expect(llama.encode("a", controlTokens: false, addSpecial: true) == [1, 263])
        let llama3 = try PublishedFiles.tokenizer("llama-bpe")
        #expect(llama3.encode("a", controlTokens: false, addSpecial: true) == [128000, 64])
        #expect(llama3.encode("<|begin_of_text|>", controlTokens: true, addSpecial: false) == [128000])
        #expect(!llama3.encode("<|begin_of_text|>", controlTokens: false, addSpecial: false).contains(128000))
        let smollm = try PublishedFiles.tokenizer("smollm")
        #expect(smollm.specialTokens.eos == "<|im_end|>" && smollm.chatTemplate != nil)
        #expect(
            smollm.encode("a", controlTokens: false, addSpecial: true)
                == smollm.encode("a", controlTokens: false, addSpecial: false))
    }
}

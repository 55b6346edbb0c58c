import StrictJSON
import Testing

@testable import Tokenizers

@Suite("Learning a vocabulary")
struct TrainingTests {
    private static let special = SpecialTokens(bos: "<s>", eos: "</s>", padding: "<pad>", image: "<image>")

    @Test("by golden: tokens and merges are the reference trainer's")
    func golden() throws {
        let golden = try Goldens.json("training.json")
        let corpus = try golden["corpus"].found().array.found().map { try $0.string.found() }
        let size = try golden["vocabularySize"].found().integer.found()
        let tokenizer = try BytePairTrainer(vocabularySize: size, specialTokens: Self.special).train(on: corpus)
        let tokens = try golden["tokens"].found().array.found().map { try $0.string.found() }
        #expect((0..<Int32(tokenizer.vocabularyCount)).map { tokenizer.token(of: $0) } == tokens)
        #expect(tokenizer.tokenizerJSON()["model"]?["merges"] == golden["merges"])
    }

    @Test("by hand: the most frequent pair first, the smallest ids among equals")
    func byHand() throws {
        let trainer = BytePairTrainer(vocabularySize: 256 + 2, specialTokens: SpecialTokens())
        let tokenizer = try trainer.train(on: ["cdcd", "abab", "cd"])
        // cd occurs three times, ab twice; dc and ba once.
        #expect(tokenizer.token(of: 256) == "cd")
        #expect(tokenizer.token(of: 257) == "ab")
        #expect(tokenizer.encode("abcdc", controlTokens: false, addSpecial: false).count == 3)
    }

    @Test("by hand: pairs that are rarer than asked are not merged")
    func frequency() throws {
        var trainer = BytePairTrainer(vocabularySize: 1000, specialTokens: SpecialTokens())
        #expect(try trainer.train(on: ["ab ab cd"]).vocabularyCount == 256 + 1)
        trainer.minimumFrequency = 3
        #expect(try trainer.train(on: ["ab ab cd"]).vocabularyCount == 256)
    }

    @Test("by law: the order of the texts does not matter, and every text comes back")
    func laws() throws {
        let corpus = try Goldens.json("training.json")["corpus"].found().array.found().map { try $0.string.found() }
        let trainer = BytePairTrainer(vocabularySize: 400, specialTokens: Self.special)
        let tokenizer = try trainer.train(on: corpus)
        #expect(try trainer.train(on: corpus.reversed()).tokenizerJSON() == tokenizer.tokenizerJSON())
        for text in corpus + ["never seen: ༄ \u{0} 🦊"] {
            let ids = tokenizer.encode(text, controlTokens: false, addSpecial: true)
            #expect(ids.first == tokenizer.bosID)
            #expect(tokenizer.decode(ids, skipSpecial: true) == text)
        }
    }

    @Test("special tokens come first, padding before all, and are never merged")
    func specialTokens() throws {
        let trainer = BytePairTrainer(vocabularySize: 300, specialTokens: Self.special)
        let tokenizer = try trainer.train(on: [String](repeating: "</s> <image>", count: 9))
        #expect(["<pad>", "<s>", "</s>", "<image>"].map { tokenizer.id(of: $0) } == [0, 1, 2, 3])
        #expect(tokenizer.paddingID == 0 && tokenizer.bosID == 1 && tokenizer.eosID == 2 && tokenizer.imageID == 3)
        let ids = tokenizer.encode("</s><image>", controlTokens: false, addSpecial: false)
        #expect(ids.allSatisfy { $0 > 3 })
    }

    @Test("what cannot fit is refused")
    func refused() {
        #expect(throws: TokenizerError.untrainable(found: "a vocabulary of 259", expected: "at least 260 tokens")) {
            try BytePairTrainer(vocabularySize: 259, specialTokens: Self.special).train(on: [])
        }
        #expect(throws: TokenizerError.self) {
            try BytePairTrainer(vocabularySize: 300, specialTokens: SpecialTokens(bos: "a")).train(on: [])
        }
    }
}

import StrictJSON
import Testing

@testable import Tokenizers

/// By golden: ids and texts of the reference, on tokenizers of every kind.
@Suite("Tokenizers, as the reference has them")
struct TokenizerGoldenTests {
    @Test(
        "every chosen text has the reference's ids and comes back as the reference's text",
        arguments: Goldens.tokenizers)
    func texts(name: String) throws {
        let tokenizer = try Goldens.tokenizer(name)
        for golden in try Goldens.json("\(name)/golden.json")["cases"].found().array.found() {
            let text = try golden["text"].found().string.found()
            let ids = try golden["ids"].found().ids()
            #expect(tokenizer.encode(text, controlTokens: true, addSpecial: true) == ids, "\(text.debugDescription)")
            #expect(
                try tokenizer.encode(text, controlTokens: false, addSpecial: false) == golden["plain"].found().ids(),
                "\(text.debugDescription)")
            let decoded = try golden["decoded"].found().string.found()
            #expect(tokenizer.decode(ids, skipSpecial: false).unicodeScalars.elementsEqual(decoded.unicodeScalars))
            let bare = try golden["withoutSpecial"].found().string.found()
            #expect(tokenizer.decode(ids, skipSpecial: true).unicodeScalars.elementsEqual(bare.unicodeScalars))
        }
    }

    @Test("two thousand random texts have the reference's ids and texts", arguments: Goldens.tokenizers)
    func randomTexts(name: String) throws {
        let tokenizer = try Goldens.tokenizer(name)
        let golden = try Goldens.json("\(name)/golden.json")
        let pieces = try golden["pieces"].found().array.found().map { try $0.string.found() }
        let group = try golden["group"].found().integer.found()
        var draw = Draw(state: 20_250_322)
        for (index, expected) in try golden["hashes"].found().array.found().enumerated() {
            var hash = Hash()
            for _ in 0..<group {
                let ids = tokenizer.encode(draw.text(pieces), controlTokens: true, addSpecial: true)
                for id in ids { hash.combine(UInt32(bitPattern: id)) }
                hash.combine(.max)
                for byte in tokenizer.decode(ids, skipSpecial: false).utf8 { hash.combine(UInt32(byte)) }
            }
            #expect(hash.hex == expected.string, "texts \(index * group) to \(index * group + group - 1)")
        }
    }

    @Test("ids that spell no text give the reference's replacement characters", arguments: Goldens.tokenizers)
    func damaged(name: String) throws {
        let tokenizer = try Goldens.tokenizer(name)
        for golden in try Goldens.json("\(name)/golden.json")["damaged"].found().array.found() {
            let ids = try golden["ids"].found().ids()
            let expected = try golden["decoded"].found().string.found()
            #expect(tokenizer.decode(ids, skipSpecial: false).unicodeScalars.elementsEqual(expected.unicodeScalars))
        }
    }

    @Test("threads that share a tokenizer do not see one another", arguments: ["llama3", "llama2"])
    func threads(name: String) async throws {
        let tokenizer = try Goldens.tokenizer(name)
        let texts = try Goldens.json("\(name)/golden.json")["cases"].found().array.found().compactMap {
            $0["text"]?.string
        }
        let alone = texts.map { tokenizer.encode($0, controlTokens: true, addSpecial: true) }
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { texts.map { tokenizer.encode($0, controlTokens: true, addSpecial: true) } }
            }
            for await together in group { #expect(together == alone) }
        }
    }
}

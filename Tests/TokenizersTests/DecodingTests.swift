import StrictJSON
import Testing

@testable import Tokenizers

@Suite("Ids as text")
struct DecodingTests {
    /// Joins what an incremental decoder gives out, and checks that nothing of it is a part of a character.
    private func joined(_ tokenizer: Tokenizer, _ ids: [Int32], skipSpecial: Bool) -> [Unicode.Scalar] {
        var decoder = tokenizer.incrementalDecoder(skipSpecial: skipSpecial)
        var text = ids.flatMap { Array(decoder.append($0).unicodeScalars) }
        text += decoder.finish().unicodeScalars
        return text
    }

    @Test("by law: text decoded piece by piece is the text decoded at once", arguments: Goldens.tokenizers)
    func incremental(name: String) throws {
        let tokenizer = try Goldens.tokenizer(name)
        let golden = try Goldens.json("\(name)/golden.json")
        for json in try golden["cases"].found().array.found() {
            let ids = try json["ids"].found().ids()
            for skip in [true, false] {
                #expect(
                    joined(tokenizer, ids, skipSpecial: skip)
                        == Array(tokenizer.decode(ids, skipSpecial: skip).unicodeScalars))
            }
        }
        let isByteLevel = tokenizer.definition.isByteLevel
        for json in try golden["damaged"].found().array.found() where isByteLevel {
            let ids = try json["ids"].found().ids()
            #expect(
                joined(tokenizer, ids, skipSpecial: false)
                    == Array(tokenizer.decode(ids, skipSpecial: false).unicodeScalars))
        }
    }

    @Test("by hand: a character is given out when its last byte has come")
    func whole() throws {
        let tokenizer = try Goldens.tokenizer("llama2")
        let bytes = [0xF0, 0x9F, 0x98, 0x80, 0x41].map { tokenizer.id(of: byteToken($0)) ?? -1 }
        var decoder = tokenizer.incrementalDecoder(skipSpecial: false)
        #expect(bytes.map { decoder.append($0) } == ["", "", "", "😀", "A"])
        #expect(decoder.finish() == "")
    }

    @Test("by hand: bytes that never become a character are replaced, once a byte with fallback")
    func broken() throws {
        let tokenizer = try Goldens.tokenizer("llama2")
        let ids = [0xF0, 0x9F].map { tokenizer.id(of: byteToken($0)) ?? -1 }
        var decoder = tokenizer.incrementalDecoder(skipSpecial: false)
        #expect(ids.map { decoder.append($0) } == ["", ""])
        #expect(decoder.finish() == "\u{FFFD}\u{FFFD}")
        #expect(tokenizer.decode(ids, skipSpecial: false) == "\u{FFFD}\u{FFFD}")
        let bytes = try Goldens.tokenizer("gpt2")
        let lead = try bytes.id(of: "\u{F0}").found()
        #expect(bytes.decode([lead, lead], skipSpecial: false) == "\u{FFFD}\u{FFFD}")
        #expect(bytes.decode([lead, try bytes.id(of: "A").found()], skipSpecial: false) == "\u{FFFD}A")
    }

    @Test("by hand: the space that encoding put in front is left out, once")
    func leadingSpace() throws {
        let tokenizer = try Goldens.tokenizer("llama2")
        for text in ["the", " the", "  the"] {
            let ids = tokenizer.encode(text, controlTokens: false, addSpecial: false)
            #expect(tokenizer.decode(ids, skipSpecial: true) == text)
            #expect(joined(tokenizer, ids, skipSpecial: true) == Array(text.unicodeScalars))
        }
    }

    @Test("ids without a token add nothing")
    func unknownIDs() throws {
        let tokenizer = try Goldens.tokenizer("gpt2")
        let ids: [Int32] = [-1, .max, .min, Int32(tokenizer.vocabularyCount)]
        #expect(tokenizer.decode(ids, skipSpecial: false).isEmpty)
        #expect(joined(tokenizer, ids, skipSpecial: false).isEmpty)
        #expect(ids.allSatisfy { tokenizer.token(of: $0) == nil })
    }
}

import Foundation
import Testing
import Tokenizers
import VisionLanguageModels

@testable import ModelServing

@Suite("The text of a response")
struct ResponseTextTests {
    private let processor: Processor

    init() throws { processor = try Processor(readingFrom: Family("qwen2").folder) }

    /// By law: over texts, with characters of several bytes whose tokens are parts of them, the pieces joined are what the
    /// whole is, and no piece holds a broken character.
    @Test(
        "comes in pieces that join to the whole",
        arguments: ["plain words", "  spaces around  ", "a 🦫 builds a 🏰 — naïve, 漢字", "tabs\tand  \n lines \n", "", "   ", "é", "x  "])
    func pieces(text: String) {
        let ids = processor.tokenizer.encode(text, controlTokens: false, addSpecial: false)
        var shown = ResponseText(processor.tokenizer, stops: [])
        var pieces = ids.map { shown.append($0) }
        pieces.append(shown.finish())
        #expect(pieces.joined() == processor.text(ids))
        #expect(!pieces.joined().contains("\u{FFFD}"))
    }

    /// By law: for every stop text that is a part of the text, wherever tokens cut it.
    @Test("ends before the first stop text", arguments: ["one two three two", "a 🦫 builds a 🏰", "aaab aab ab"])
    func stops(text: String) {
        let ids = processor.tokenizer.encode(text, controlTokens: false, addSpecial: false)
        let whole = processor.text(ids)
        let scalars = Array(whole.unicodeScalars)
        for start in scalars.indices {
            for end in start..<min(scalars.count, start + 5) {
                var view = String.UnicodeScalarView()
                view.append(contentsOf: scalars[start...end])
                let stop = String(view)
                var shown = ResponseText(processor.tokenizer, stops: ["never", stop])
                var found = ids.map { shown.append($0) }.joined()
                found += shown.finish()
                let bytes = Array(whole.utf8), wanted = Array(stop.utf8)
                let first = (0...(bytes.count - wanted.count)).first { Array(bytes[$0..<($0 + wanted.count)]) == wanted }
                let expected = String(decoding: bytes[..<(first ?? bytes.count)], as: UTF8.self)
                #expect(found == expected.trimmingCharacters(in: .whitespaces), "stop \(stop)")
                #expect(shown.isStopped)
            }
        }
    }

    @Test("shows what only began like a stop text")
    func nearly() {
        let ids = processor.tokenizer.encode("he said stoop", controlTokens: false, addSpecial: false)
        var shown = ResponseText(processor.tokenizer, stops: ["stop", "oops"])
        let text = ids.map { shown.append($0) }.joined() + shown.finish()
        #expect(text == "he said stoop" && !shown.isStopped)
    }
}

import Testing

@testable import Tokenizers

/// By hand.
@Suite("Cutting text into pieces")
struct PieceTests {
    private func pieces(_ text: String, _ pattern: SplitPattern) -> [String] {
        let bytes = Array(text.utf8)
        var ranges: [Range<Int>] = []
        pattern.split(bytes, in: 0..<bytes.count, into: &ranges)
        return ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test("GPT-2's pattern")
    func gpt2() {
        #expect(pieces("Hello's  42nd, \n x", .gpt2) == ["Hello", "'s", " ", " 42", "nd", ",", " \n", " x"])
        #expect(pieces("it'S 'll' ", .gpt2) == ["it", "'", "S", " '", "ll", "'", " "])
        #expect(pieces("\n\n", .gpt2) == ["\n\n"])
    }

    @Test("GPT-4's pattern, with three and with one number in a row")
    func gpt4() {
        let three = SplitPattern.gpt4(maximumDigits: 3)
        #expect(pieces("12345 (abc)!\n\n  x", three) == ["123", "45", " (", "abc", ")!\n\n", " ", " x"])
        #expect(pieces("I'LL 'ſ", three) == ["I", "'LL", " '", "ſ"])
        #expect(pieces("a'ſb", three) == ["a", "'ſ", "b"])
        #expect(pieces("  \n \t x", three) == ["  \n", " \t", " x"])
        #expect(pieces("1234", .gpt4(maximumDigits: 1)) == ["1", "2", "3", "4"])
    }

    @Test("patterns are known by their text alone")
    func known() {
        for (regex, pattern) in SplitPattern.known { #expect(SplitPattern(regex: regex) == pattern) }
        #expect(SplitPattern(regex: #"\s+"#) == nil)
    }

    @Test("numbers are cut off alone or in runs")
    func digits() {
        var pieces = Pieces(Array("a12b٣".utf8))
        pieces.apply(.digits(individual: true), isTextStart: true, isContinuation: false)
        #expect(pieces.ranges == [0..<1, 1..<2, 2..<3, 3..<4, 4..<6])
        pieces = Pieces(Array("a12b٣".utf8))
        pieces.apply(.digits(individual: false), isTextStart: true, isContinuation: false)
        #expect(pieces.ranges == [0..<1, 1..<3, 3..<4, 4..<6])
    }

    @Test("a mark goes before the text as its scheme says, never before a continuation")
    func metaspace() {
        func marked(_ scheme: Metaspace.Prepend, start: Bool, continuation: Bool) -> String {
            var pieces = Pieces(Array("a b".utf8))
            let metaspace = Metaspace(mark: Array("▁".utf8), prepend: scheme, splits: false)
            pieces.apply(.metaspace(metaspace), isTextStart: start, isContinuation: continuation)
            return String(decoding: pieces.text, as: UTF8.self)
        }
        #expect(marked(.always, start: true, continuation: false) == "▁a▁b")
        #expect(marked(.always, start: false, continuation: false) == "▁a▁b")
        #expect(marked(.always, start: false, continuation: true) == "a▁b")
        #expect(marked(.first, start: true, continuation: false) == "▁a▁b")
        #expect(marked(.first, start: false, continuation: false) == "a▁b")
        #expect(marked(.never, start: true, continuation: false) == "a▁b")
    }

    @Test("added tokens are found leftmost and longest, with the white space they take")
    func addedTokens() {
        let tokens = [
            AddedToken(id: 0, content: "<a>", isSpecial: true, stripsLeft: true, stripsRight: true),
            AddedToken(id: 1, content: "<a><b>", isSpecial: true), AddedToken(id: 2, content: "  ", isSpecial: false),
        ]
        let matcher = AddedTokenMatcher(tokens.map { ($0, Array($0.content.utf8)) })
        func found(_ text: String, _ marks: MarkedText.Marks = .none) -> [String] {
            let bytes = Array(text.utf8)
            return matcher.matches(in: MarkedText(bytes: bytes, marks: marks)).map {
                "\($0.token.id):" + String(decoding: bytes[$0.range], as: UTF8.self)
            }
        }
        #expect(found("x <a> y<a><b>") == ["0: <a> ", "1:<a><b>"])
        #expect(found("x  y") == ["2:  "])
        #expect(found("x  <a>y", .all) == ["2:  "])
        let marks = "x<a><a><b>".utf8.enumerated().map { $0.offset == 8 }
        #expect(found("x<a><a><b>", .some(marks)) == ["0:<a>", "0:<a>"])
    }

    @Test("what replaces content is content")
    func marks() {
        var text = MarkedText(bytes: Array("a  b".utf8), marks: .some([false, false, true, true]))
        Normalizer.replace(pattern: Array(" ".utf8), by: Array("▁".utf8)).apply(to: &text)
        #expect(text.marks == .some([false, false, false, false, true, true, true, true]))
        Normalizer.prepend(Array("▁".utf8)).apply(to: &text)
        #expect(String(decoding: text.bytes, as: UTF8.self) == "▁a▁▁b")
        #expect(text.isContent(0..<7) == false && text.isContent(0..<8))
    }
}

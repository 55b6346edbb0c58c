import Tokenizers

/// Turns one response's ids into the text that may be shown: whole characters, nothing from a stop text on, and no spaces
/// at either end, which is what `Processor.text` makes of all ids together.
struct ResponseText {
    private var decoder: IncrementalDecoder
    private let stops: [[UInt8]]
    /// Bytes that are decoded but may still become a stop text, or spaces at the end.
    private var held: [UInt8] = []
    private var hasBegun = false
    /// Whether a stop text was found; nothing is shown after that.
    private(set) var isStopped = false

    init(_ tokenizer: Tokenizer, stops: [String]) {
        decoder = tokenizer.incrementalDecoder(skipSpecial: true)
        self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
    }

    /// Takes in an id; returns what may be shown now.
    mutating func append(_ id: Int32) -> String { take(decoder.append(id), isEnd: false) }

    /// Ends the text: what was held back and turned out to be no stop text.
    mutating func finish() -> String { take(decoder.finish(), isEnd: true) }

    private mutating func take(_ text: String, isEnd: Bool) -> String {
        guard !isStopped else { return "" }
        held += text.utf8
        var end = held.count
        if let stop = firstStop() {
            isStopped = true
            end = stop
        } else if !isEnd {
            end -= longestBeginning()
        }
        // Texts are cut where a stop text begins, so between characters.
        let shown = trimmed(held[..<end])
        held = isStopped ? [] : Array(held[shown.end...])
        return String(decoding: shown.bytes, as: UTF8.self)
    }

    /// Where the earliest stop text begins.
    private func firstStop() -> Int? {
        stops.compactMap { stop in
            held.count < stop.count
                ? nil : (0...(held.count - stop.count)).first { held[$0..<($0 + stop.count)].elementsEqual(stop) }
        }.min()
    }

    /// Bytes at the end with which a stop text could begin.
    private func longestBeginning() -> Int {
        stops.map { stop in
            (1..<max(stop.count, 1)).reversed().first { $0 <= held.count && held.suffix($0).elementsEqual(stop.prefix($0)) } ?? 0
        }.max() ?? 0
    }

    /// The bytes without spaces before the first word, and without those at the end, which stay held: `end` is where they start.
    private mutating func trimmed(_ bytes: ArraySlice<UInt8>) -> (bytes: [UInt8], end: Int) {
        let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        var start = 0
        if !hasBegun { while start < scalars.count, scalars[start].isSpace { start += 1 } }
        guard start < scalars.count else { return ([], hasBegun ? bytes.startIndex : bytes.endIndex) }
        var end = scalars.count
        while end > start, scalars[end - 1].isSpace { end -= 1 }
        guard end > start else { return ([], bytes.startIndex) }
        hasBegun = true
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: scalars[start..<end])
        let tail = scalars[end...].reduce(0) { $0 + UTF8.width($1) }
        return (Array(String(shown).utf8), bytes.endIndex - tail)
    }
}

extension Unicode.Scalar {
    /// A tab or a space of any width: what `CharacterSet.whitespaces` holds.
    fileprivate var isSpace: Bool { self == "\t" || properties.generalCategory == .spaceSeparator }
}

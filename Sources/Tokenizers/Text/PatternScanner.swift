/// Finds where the next piece of a text ends. The functions follow the alternatives of their pattern in order, the
/// way a regular expression tries them, and always move forward.
struct PatternScanner {
    let text: [UInt8]
    /// Where the text ends for the pattern.
    let end: Int
    private let classes = ScalarClasses.shared

    init(text: [UInt8], end: Int) {
        self.text = text
        self.end = end
    }

    /// The class and width of the scalar at `index`; nil at the end.
    @inline(__always)
    private func scalar(at index: Int) -> (kind: ScalarClass, width: Int)? {
        guard index < end else { return nil }
        let (value, width) = text.scalar(at: index)
        return (classes[value], width)
    }

    /// Where the run of scalars of class `kind` that begins at `index` ends, at most `limit` scalars long.
    @inline(__always)
    private func runEnd(_ kind: ScalarClass, from index: Int, limit: Int = .max) -> Int {
        var (index, count) = (index, 0)
        while count < limit, let next = scalar(at: index), next.kind == kind {
            index += next.width
            count += 1
        }
        return index
    }

    @inline(__always)
    private func isLineBreak(_ index: Int) -> Bool {
        text[index] == UInt8(ascii: "\n") || text[index] == UInt8(ascii: "\r")
    }

    /// `\s+(?!\S)|\s+`: a run of white space without its last scalar when something follows, unless that is all.
    private func whitespaceEnd(from start: Int) -> Int {
        let runEnd = runEnd(.space, from: start)
        guard runEnd < end else { return runEnd }
        var last = start
        var index = start
        while index < runEnd {
            last = index
            index += text.scalar(at: index).width
        }
        return last > start ? last : runEnd
    }
}

// MARK: - GPT-2

extension PatternScanner {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    func gpt2PieceEnd(from start: Int) -> Int {
        if text[start] == UInt8(ascii: "'"), let end = contractionEnd(from: start) { return end }
        if text[start] == UInt8(ascii: " "), let next = scalar(at: start + 1), next.kind != .space {
            return runEnd(next.kind, from: start + 1)
        }
        guard let first = scalar(at: start), first.kind != .space else { return whitespaceEnd(from: start) }
        return runEnd(first.kind, from: start)
    }

    /// Where `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll` ends, if one begins at the apostrophe at `start`.
    private func contractionEnd(from start: Int) -> Int? {
        guard start + 1 < end else { return nil }
        switch text[start + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"): return end(start + 2, if: UInt8(ascii: "e"))
        case UInt8(ascii: "l"): return end(start + 2, if: UInt8(ascii: "l"))
        default: return nil
        }
    }

    private func end(_ index: Int, if byte: UInt8) -> Int? {
        index < end && text[index] == byte ? index + 1 : nil
    }
}

// MARK: - GPT-4

extension PatternScanner {
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,k}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+`
    /// `|\s+(?!\S)|\s+`, where k is `maximumDigits`.
    func gpt4PieceEnd(from start: Int, maximumDigits: Int) -> Int {
        if text[start] == UInt8(ascii: "'"), let end = anyCaseContractionEnd(from: start) { return end }
        guard let first = scalar(at: start) else { return end }
        switch first.kind {
        case .letter: return runEnd(.letter, from: start)
        case .number: return runEnd(.number, from: start, limit: maximumDigits)
        case .other, .space: break
        }
        let second = scalar(at: start + first.width)
        if second?.kind == .letter, !isLineBreak(start) { return runEnd(.letter, from: start + first.width) }
        if first.kind == .other { return punctuationEnd(from: start) }
        if second?.kind == .other, text[start] == UInt8(ascii: " ") { return punctuationEnd(from: start + 1) }
        return lineBreakEnd(from: start) ?? whitespaceEnd(from: start)
    }

    /// `[^\s\p{L}\p{N}]+[\r\n]*`
    private func punctuationEnd(from start: Int) -> Int {
        var index = runEnd(.other, from: start)
        while index < end, isLineBreak(index) { index += 1 }
        return index
    }

    /// `\s*[\r\n]+`: white space up to the last line break of its run, if there is one.
    private func lineBreakEnd(from start: Int) -> Int? {
        var index = runEnd(.space, from: start)
        while index > start {
            if isLineBreak(index - 1) { return index }
            index -= 1
        }
        return nil
    }

    /// As `contractionEnd`, in upper or lower case. "ſ" (U+017F) is a lower case of "S", as case folding has it.
    private func anyCaseContractionEnd(from start: Int) -> Int? {
        guard start + 1 < end else { return nil }
        switch text[start + 1] | 0x20 {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"): return end(start + 2, ifAnyCase: UInt8(ascii: "e"))
        case UInt8(ascii: "l"): return end(start + 2, ifAnyCase: UInt8(ascii: "l"))
        default: return text.scalar(at: start + 1).value == 0x17F ? start + 3 : nil
        }
    }

    private func end(_ index: Int, ifAnyCase byte: UInt8) -> Int? {
        index < end && text[index] | 0x20 == byte ? index + 1 : nil
    }
}

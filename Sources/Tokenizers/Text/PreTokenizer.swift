/// One step of how `tokenizer.json` cuts text into pieces that merges never cross.
enum PreTokenizer: Sendable, Equatable {
    /// Numbers apart from everything else: each one alone, or in runs.
    case digits(individual: Bool)
    /// A built-in pattern.
    case split(SplitPattern)
    /// The byte alphabet follows. Here: a space before every piece that has none, and GPT-2's pattern, each if wished.
    case byteLevel(addPrefixSpace: Bool, usesPattern: Bool)
    /// Spaces become a mark, with one before the text, and pieces begin at marks, each if wished.
    case metaspace(Metaspace)
}

/// SentencePiece's way with white space.
struct Metaspace: Sendable, Equatable {
    /// Which texts get a mark before them unless they begin with one.
    enum Prepend: String, Sendable, CaseIterable {
        case always, first, never
    }

    /// The UTF-8 bytes of the mark, usually "▁".
    var mark: [UInt8]
    var prepend: Prepend
    /// Whether pieces begin at marks.
    var splits: Bool
}

/// Text cut into pieces: ranges of its bytes, in order and without a gap.
struct Pieces: Sendable, Equatable {
    var text: [UInt8]
    var ranges: [Range<Int>]

    init(_ text: [UInt8]) {
        self.text = text
        ranges = text.isEmpty ? [] : [0..<text.count]
    }

    /// Applies one step. `isTextStart` says that the text begins the whole input; `isContinuation` that it goes on
    /// in the middle of one, where nothing may be put before it.
    mutating func apply(_ step: PreTokenizer, isTextStart: Bool, isContinuation: Bool) {
        switch step {
        case .digits(let individual):
            cut { text, range, pieces in text.splitNumbers(range, individual, into: &pieces) }
        case .split(let pattern):
            cut { text, range, pieces in pattern.split(text, in: range, into: &pieces) }
        case .byteLevel(let addPrefixSpace, let usesPattern):
            if addPrefixSpace { self.addPrefixSpace(isContinuation: isContinuation) }
            if usesPattern { cut { SplitPattern.gpt2.split($0, in: $1, into: &$2) } }
        case .metaspace(let metaspace):
            apply(metaspace, isTextStart: isTextStart, isContinuation: isContinuation)
        }
    }

    private mutating func cut(_ split: ([UInt8], Range<Int>, inout [Range<Int>]) -> Void) {
        var pieces: [Range<Int>] = []
        pieces.reserveCapacity(ranges.count + text.count / 4)
        for range in ranges { split(text, range, &pieces) }
        ranges = pieces
    }

    private mutating func addPrefixSpace(isContinuation: Bool) {
        let space = UInt8(ascii: " ")
        rebuild { piece, isFirst in
            piece.first == space || (isFirst && isContinuation) ? Array(piece) : [space] + piece
        }
    }

    private mutating func apply(_ metaspace: Metaspace, isTextStart: Bool, isContinuation: Bool) {
        rebuild { piece, isFirst in
            var marked = MarkedText(bytes: Array(piece), marks: .none)
            marked.replace([UInt8(ascii: " ")], by: metaspace.mark)
            let prepends =
                switch metaspace.prepend {
                case .always: !(isFirst && isContinuation)
                case .first: isFirst && isTextStart
                case .never: false
                }
            return prepends && !marked.bytes.starts(with: metaspace.mark)
                ? metaspace.mark + marked.bytes : marked.bytes
        }
        if metaspace.splits { cut { $0.split(before: metaspace.mark, in: $1, into: &$2) } }
    }

    /// Makes every piece anew.
    private mutating func rebuild(_ piece: (ArraySlice<UInt8>, _ isFirst: Bool) -> [UInt8]) {
        let old = self
        (text, ranges) = ([], [])
        for range in old.ranges {
            let start = text.count
            text += piece(old.text[range], range.lowerBound == 0)
            ranges.append(start..<text.count)
        }
    }
}

extension [UInt8] {
    /// Appends the parts of `range`: numbers, alone or in runs, and what lies between them.
    func splitNumbers(_ range: Range<Int>, _ individual: Bool, into pieces: inout [Range<Int>]) {
        var start = range.lowerBound
        var index = start
        var previousIsNumber = false
        while index < range.upperBound {
            let (value, width) = scalar(at: index)
            let isNumber = isNumeric(value)
            if index > start, isNumber != previousIsNumber || (isNumber && individual) {
                pieces.append(start..<index)
                start = index
            }
            previousIsNumber = isNumber
            index += width
        }
        pieces.append(start..<range.upperBound)
    }

    /// Appends the parts of `range`, each of which but the first begins with `mark`.
    func split(before mark: [UInt8], in range: Range<Int>, into pieces: inout [Range<Int>]) {
        var start = range.lowerBound
        for index in range where index > start && matches(mark, at: index, before: range.upperBound) {
            pieces.append(start..<index)
            start = index
        }
        pieces.append(start..<range.upperBound)
    }
}

/// Whether a scalar is a number to the reference's digit splitter, which knows a newer Unicode than its patterns.
@inline(__always)
private func isNumeric(_ value: UInt32) -> Bool {
    if value < 0x80 { return value &- 0x30 < 10 }
    switch Unicode.Scalar(value)?.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
}

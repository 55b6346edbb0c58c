/// The pre-tokenizer patterns that are built in, each one a scanner by hand.
///
/// A regular expression from a file is never run: it is recognised by its text or refused.
enum SplitPattern: Sendable, Equatable {
    /// Radford et al. 2019: contractions; runs of letters, of numbers, of anything else, each with one space before
    /// it; white space.
    case gpt2
    /// The GPT-4 pattern and its relatives: contractions in any case, letters with one sign before them, at most
    /// `maximumDigits` numbers in a row, punctuation with the line breaks after it, line breaks, white space.
    case gpt4(maximumDigits: Int)

    /// The texts under which published files carry the patterns.
    static let known: [(regex: String, pattern: SplitPattern)] = [
        (#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
        (#"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
        (gpt4("(?i:'s|'t|'re|'ve|'m|'ll|'d)", numbers: #"\p{N}{1,3}"#), .gpt4(maximumDigits: 3)),
        (gpt4("(?i:'s|'t|'re|'ve|'m|'ll|'d)", numbers: #"\p{N}"#), .gpt4(maximumDigits: 1)),
        (
            #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
                + #"|\s*[\r\n]|\s+(?!\S)|\s+"#, .gpt4(maximumDigits: 3)
        ),
    ]

    private static func gpt4(_ contractions: String, numbers: String) -> String {
        contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// The pattern whose regular expression is `regex`, or nil.
    init?(regex: String) {
        guard let match = SplitPattern.known.first(where: { $0.regex.utf8.elementsEqual(regex.utf8) }) else {
            return nil
        }
        self = match.pattern
    }

    /// Appends the pieces of `text[range]`, in order and without a gap. The pattern sees nothing outside the range.
    func split(_ text: [UInt8], in range: Range<Int>, into pieces: inout [Range<Int>]) {
        let scanner = PatternScanner(text: text, end: range.upperBound)
        var start = range.lowerBound
        while start < range.upperBound {
            let end =
                switch self {
                case .gpt2: scanner.gpt2PieceEnd(from: start)
                case .gpt4(let maximumDigits): scanner.gpt4PieceEnd(from: start, maximumDigits: maximumDigits)
                }
            pieces.append(start..<end)
            start = end
        }
    }
}

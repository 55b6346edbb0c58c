/// Where the response stands in every row of a right-padded batch.
///
/// Row b holds `promptLengths[b]` prompt tokens (picture tokens included), then `responseLengths[b]` response tokens,
/// then padding. Everything that needs a mask or a position gets it from here, never from the values of a tensor:
/// padding may carry the same id as the end token, and a log-probability may be exactly 0.
public struct ResponseSpans: Equatable, Sendable {
    /// Tokens before the response; at least 1, because the first response token is predicted from the last of them.
    public let promptLengths: [Int]
    /// Tokens of the response, its end token included; at least 1.
    public let responseLengths: [Int]

    /// Throws when the two lists do not pair up, or a row lacks a prompt or a response.
    public init(promptLengths: [Int], responseLengths: [Int]) throws(AlignmentError) {
        guard promptLengths.count == responseLengths.count, !promptLengths.isEmpty else {
            throw .unpairedLengths(prompts: promptLengths.count, responses: responseLengths.count)
        }
        for (row, lengths) in zip(promptLengths, responseLengths).enumerated() where lengths.0 < 1 || lengths.1 < 1 {
            throw .emptySpan(row: row, promptLength: lengths.0, responseLength: lengths.1)
        }
        (self.promptLengths, self.responseLengths) = (promptLengths, responseLengths)
    }

    private init(checked promptLengths: [Int], _ responseLengths: [Int]) {
        (self.promptLengths, self.responseLengths) = (promptLengths, responseLengths)
    }

    /// B
    public var rowCount: Int { promptLengths.count }

    /// T: tokens of the longest response.
    public var longestResponse: Int { responseLengths.max() ?? 0 }

    /// Tokens of the longest row, prompt and response together; L may be larger.
    public var longestSequence: Int { sequenceLengths.max() ?? 0 }

    /// Real tokens of each row.
    public var sequenceLengths: [Int] { zip(promptLengths, responseLengths).map { $0 + $1 } }

    /// The spans of some consecutive rows.
    func rows(_ range: Range<Int>) -> ResponseSpans {
        ResponseSpans(checked: Array(promptLengths[range]), Array(responseLengths[range]))
    }
}

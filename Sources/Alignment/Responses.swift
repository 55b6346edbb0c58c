public import Torch

/// What a network needs beside token ids (picture features, say), kept row by row.
public protocol RowSelectable {
    /// The part that belongs to some consecutive rows.
    func rows(_ range: Range<Int>) throws -> Self
}

/// Prompts and their responses as one right-padded rectangle of token ids, with whatever else the networks read.
///
/// Shapes: `B` rows, `L` tokens of the longest row, `T` tokens of the longest response.
public struct Responses<Inputs: RowSelectable> {
    /// `[B, L]` int64; what stands in the padding does not matter.
    public let tokens: Tensor
    /// Where the responses are.
    public let spans: ResponseSpans
    /// `[B, T]` bool, true on response tokens; made from `spans`.
    public let mask: Tensor
    /// The networks' other inputs.
    public let inputs: Inputs

    /// Throws when the rectangle is too small for the spans.
    public init(tokens: Tensor, spans: ResponseSpans, inputs: Inputs) throws {
        guard tokens.rank == 2, tokens.size(0) == spans.rowCount, tokens.size(1) >= spans.longestSequence else {
            throw AlignmentError.misshapen(
                name: "tokens", found: tokens.shape, expected: "[\(spans.rowCount), at least \(spans.longestSequence)]")
        }
        (self.tokens, self.spans, self.inputs) = (tokens, spans, inputs)
        mask = try responseMask(spans, on: tokens.device)
    }

    /// Some consecutive rows, without the columns that are padding in all of them.
    func rows(_ range: Range<Int>) throws -> Responses {
        let part = spans.rows(range)
        let tokens = try tokens.sliced(0, range).sliced(1, 0..<part.longestSequence)
        return try Responses(tokens: tokens, spans: part, inputs: inputs.rows(range))
    }

    /// The same rows and columns of a `[B, T]` tensor as `rows(range)` has.
    func rows(_ range: Range<Int>, of tensor: Tensor) throws -> Tensor {
        try tensor.sliced(0, range).sliced(1, 0..<spans.rows(range).longestResponse)
    }
}

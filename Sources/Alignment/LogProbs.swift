public import Torch

// Which position speaks of which token, for a prompt of 3 tokens, a response of 4, and one column of padding:
//
//     position p          0      1      2      3      4      5      6      7
//     token              bos    how     ?     try    this   now    eos    pad
//     speaks of token     1      2      3      4      5      6      –      –
//     response token t                         0      1      2      3
//
//     logits at position 2 are about token 3, which is response token t = 0.
//
//     logProbs[t] = log-softmax(logits[P + t − 1])[token P + t]
//     values[t]   = critic[P + t − 1]: what is expected before token t is written
//     score       = score model at P + R − 1: the last response token, after everything is written
//
// `response(_:of:)` is the only place that turns positions of the whole row into response tokens.

/// Cuts predictions at all positions, `[B, L]` or `[B, L, D]`, to response tokens, `[B, T]` or `[B, T, D]`.
///
/// Column t of the result is what stood at position P + t − 1, the one that predicts response token t. Past the end of
/// a response stand zeros, and no gradient goes back from them.
public func response(_ predictions: Tensor, of spans: ResponseSpans) throws -> Tensor {
    try cut(predictions, spans, firstOffset: -1)
}

/// The ids of the response tokens, `[B, L]` → `[B, T]`; 0 in the padding.
public func responseTokens(_ tokens: Tensor, of spans: ResponseSpans) throws -> Tensor {
    try cut(tokens, spans, firstOffset: 0)
}

/// The policy's view of the responses that it is shown.
///
///     logProbs  = log π(y_t | x, y_<t)          entropies = −Σ_v π(v)·log π(v)
///
/// Both `[B, T]` in float32, 0 in the padding. The entropies carry no graph.
public struct ResponseLogProbs {
    public let logProbs: Tensor
    public let entropies: Tensor

    /// - Parameters:
    ///   - logits: `[B, T, V]`, aligned to response tokens (see `response(_:of:)`), in any type: the softmax is taken
    ///     in float32.
    ///   - temperature: the one that responses are sampled with, so that these are the probabilities that they were
    ///     drawn with.
    public init(logits: Tensor, _ responses: Responses<some RowSelectable>, temperature: Double = 1) throws {
        let wide = try logits.to(.float32)
        let logSoftmax = try (temperature == 1 ? wide : wide / temperature).logSoftmax(dim: -1)  // [B, T, V]
        let targets = try responseTokens(responses.tokens, of: responses.spans).to(.int64).unsqueezed(2)
        logProbs = try masked(logSoftmax.gathered(targets, dim: 2).reshaped(responses.mask.shape), responses.mask)
        entropies = try withoutGradient {
            // A token that cannot be drawn (log π = −∞) adds 0; any floor does, for e^−1000 is 0 in float32.
            try masked(-(logSoftmax.exp() * logSoftmax.clamped(above: -1000)).sum(dim: 2), responses.mask)
        }
    }
}

/// log π(y | x) = Σ_t log π(y_t | x, y_<t), over each response: `[B, T]` → `[B]`.
public func sequenceLogProbs(_ logProbs: Tensor, _ mask: Tensor) throws -> Tensor {
    try masked(logProbs, mask).sum(dim: 1)
}

private func cut(_ tensor: Tensor, _ spans: ResponseSpans, firstOffset: Int) throws -> Tensor {
    let (rowCount, width) = (spans.rowCount, spans.longestResponse)
    guard tensor.size(0) == rowCount, tensor.size(1) >= spans.longestSequence + firstOffset else {
        throw AlignmentError.misshapen(
            name: "predictions", found: tensor.shape,
            expected: "[\(rowCount), at least \(spans.longestSequence + firstOffset), …]")
    }
    // Padding columns repeat the row's last position, which exists in every row.
    let columns = zip(spans.promptLengths, spans.responseLengths).flatMap { prompt, response in
        (0..<width).map { Int64(prompt + min($0, response - 1) + firstOffset) }
    }
    let rows = try Tensor.range(rowCount, on: tensor.device).reshaped(rowCount, 1)
    let found = try tensor.at(rows, Tensor(columns, shape: [rowCount, width]).to(tensor.device))
    let mask = try responseMask(spans, on: tensor.device)
    return try masked(found, tensor.rank == 3 ? mask.unsqueezed(2) : mask)
}

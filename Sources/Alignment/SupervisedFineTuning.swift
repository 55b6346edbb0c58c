public import Torch

/// −1/M · Σ log π(y_t | x, y_<t) over the M response tokens of a batch, all tokens alike.
///
/// Prompts, assistant headers and padding are read, not learned: they are not among the M.
///
/// - Parameters:
///   - logits: `[M, V]`, at the position before each response token, in any type; the softmax is taken in float32.
///   - targets: `[M]` int64, the response tokens.
public func supervisedLoss(logits: Tensor, targets: Tensor) throws -> Tensor {
    try logits.to(.float32).crossEntropy(targets)
}

/// The same for logits at all positions, `[B, L, V]`, of whole prompts with their responses.
public func supervisedLoss(logits: Tensor, _ responses: Responses<some RowSelectable>) throws -> Tensor {
    let current = try ResponseLogProbs(logits: response(logits, of: responses.spans), responses)
    return try -tokenMean(current.logProbs, responses.mask)
}

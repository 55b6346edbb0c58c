public import Torch

/// `[B, T]` bool: true where row b has a response token t, from lengths alone.
public func responseMask(_ spans: ResponseSpans, on device: Device = .cpu) throws -> Tensor {
    let width = spans.longestResponse
    let rows = spans.responseLengths.flatMap { length in (0..<width).map { $0 < length } }
    return try Tensor(rows, shape: [spans.rowCount, width]).to(device)
}

/// `x` with exact zeros where `mask` is false, whatever stood there. No gradient passes through those places, not even
/// NaN.
public func masked(_ x: Tensor, _ mask: Tensor) throws -> Tensor { try x.filled(0, where: mask.not()) }

/// 1/B · Σ_b (Σ_t m·x / Σ_t m): first each response's own mean, then the mean of the responses.
///
/// Every response weighs the same, however long. `x` and `mask` are `[B, T]`, the result is a scalar.
public func sequenceMean(_ x: Tensor, _ mask: Tensor) throws -> Tensor {
    try (masked(x, mask).sum(dim: 1) / mask.to(x.dtype).sum(dim: 1)).mean()
}

/// Σ m·x / Σ m: every token weighs the same, whichever response it is in. `x` and `mask` are `[B, T]`.
public func tokenMean(_ x: Tensor, _ mask: Tensor) throws -> Tensor {
    try masked(x, mask).sum() / mask.to(x.dtype).sum()
}

/// 1/B · Σ_b Σ_t m·x: the mean over responses of their sums. `x` and `mask` are `[B, T]`.
func sequenceSumMean(_ x: Tensor, _ mask: Tensor) throws -> Tensor { try masked(x, mask).sum(dim: 1).mean() }

/// Scores `[B]` placed at each row's own last response token of an otherwise empty `[B, T]`.
func atLastToken(_ scores: Tensor, _ spans: ResponseSpans) throws -> Tensor {
    let last = try Tensor(spans.responseLengths.map { Int64($0 - 1) }, shape: [spans.rowCount, 1]).to(scores.device)
    let empty = try Tensor.zeros([spans.rowCount, spans.longestResponse], dtype: scores.dtype, on: scores.device)
    return try empty.scattered(scores.unsqueezed(1), at: last, dim: 1)
}

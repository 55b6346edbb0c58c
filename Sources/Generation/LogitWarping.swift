import Torch

/// Turns a model's logits into those that tokens are drawn from. All `[B, V]` float32, −∞ where a token cannot come.
struct LogitWarping {
    let config: SamplingConfig
    /// Never drawn: placeholders of pictures, padding.
    let forbidden: [Int32]
    let endTokens: [Int32]

    /// - Parameters:
    ///   - written: `[B, n]` ids written so far, for the repetition penalty; `nil` before the first.
    ///   - length: tokens written so far.
    func callAsFunction(_ logits: Tensor, written: Tensor?, length: Int) throws -> Tensor {
        var logits = try logits.to(.float32)
        let banned = forbidden + (length < config.minimumNewTokens ? endTokens : [])
        if !banned.isEmpty { logits = try ban(banned, logits) }
        if config.repetitionPenalty != 1, let written { logits = try penalized(logits, written) }
        if config.isGreedy { return logits }
        if config.temperature != 1 { logits = try logits / config.temperature }
        if config.topK > 0, config.topK < logits.size(1) { logits = try keepLargest(logits) }
        if config.topP < 1 { logits = try keepNucleus(logits) }
        return logits
    }

    private func ban(_ ids: [Int32], _ logits: Tensor) throws -> Tensor {
        let row = try Tensor(ids.map(Int64.init), shape: [1, ids.count]).to(logits.device).expanded(
            logits.size(0), ids.count)
        return try logits.scattered(-Double.infinity, at: row, dim: 1)
    }

    /// Keskar et al. 2019: a written token's logit is divided by the penalty when positive, multiplied when negative.
    private func penalized(_ logits: Tensor, _ written: Tensor) throws -> Tensor {
        let found = try logits.gathered(written, dim: 1)
        let moved = try found.isLess(than: 0).select(
            found * config.repetitionPenalty, else: found / config.repetitionPenalty)
        return try logits.scattered(moved, at: written, dim: 1)
    }

    private func keepLargest(_ logits: Tensor) throws -> Tensor {
        let smallest = try logits.largest(config.topK, dim: 1).values.sliced(1, (config.topK - 1)..<config.topK)
        return try logits.filled(-Double.infinity, where: logits.isLess(than: smallest))
    }

    /// Holtzman et al. 2020: the smallest set of likeliest tokens whose mass reaches p; always at least one.
    private func keepNucleus(_ logits: Tensor) throws -> Tensor {
        let (values, indices) = try logits.sorted(dim: 1, descending: true)
        let probabilities = try values.softmax(dim: 1)
        let massBefore = try probabilities.cumulativeSum(dim: 1) - probabilities
        let dropped = try massBefore.isAtLeast(config.topP)
        return try logits.scattered(values.filled(-Double.infinity, where: dropped), at: indices, dim: 1)
    }
}

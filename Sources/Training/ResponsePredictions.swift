import Alignment
import Torch
import VisionLanguageModels

/// What a policy predicts for the response tokens of a batch, and what they are. `M` response tokens of all rows.
struct ResponsePredictions {
    /// `[M, V]`: at the position before each response token.
    let logits: Tensor
    /// `[M]` int64.
    let targets: Tensor

    /// Share of response tokens that are the likeliest.
    func accuracy() throws -> Double {
        try withoutGradient { try logits.argmax(dim: 1).equals(targets).to(.float32).mean().item() }
    }
}

extension VisionLanguageModel {
    /// Logits are computed at response positions only: the vocabulary is most of a small model's work.
    func predictions(for batch: TokenBatch) throws -> ResponsePredictions {
        let hidden = try hiddenStates(batch.inputs)
        let width = hidden.size(1)
        let positions = batch.responseRanges.enumerated().flatMap { row, range in range.map { Int64(row * width + $0) } }
        let targets = try Tensor(positions).to(device)
        let states = try hidden.reshaped(-1, hidden.size(2)).picked(targets - 1)
        return ResponsePredictions(
            logits: try logits(states), targets: try batch.tokens.reshaped(-1).picked(targets))
    }
}

public import Torch

/// On which side rows shorter than the longest are filled up: right for training and scoring, left for generation.
public enum PaddingSide: Sendable { case left, right }

/// What a model reads: token ids with picture placeholders already expanded, and the features that take their places.
///
/// Masks and positions follow from `lengths`, never from the padding's ids: it may have the id of the end token.
public struct ModelInputs {
    /// `[B, L]` int64.
    public let tokens: Tensor
    /// Real tokens of each row.
    public let lengths: [Int]
    public let paddingSide: PaddingSide
    /// The tower's features of all pictures, in the order of rows and places.
    public let visionFeatures: [VisionFeatures]

    public init(tokens: Tensor, lengths: [Int], paddingSide: PaddingSide, visionFeatures: [VisionFeatures]) {
        (self.tokens, self.lengths, self.paddingSide, self.visionFeatures) = (
            tokens, lengths, paddingSide, visionFeatures
        )
    }

    /// Positions `[B, L]`: 0 at each row's first real token; padding has some position that nothing depends on.
    func positions() throws -> Tensor {
        let width = tokens.size(1)
        let columns = try Tensor.range(width, on: tokens.device).reshaped(1, width)
        guard paddingSide == .left else { return try columns.expanded(lengths.count, width) }
        return try (columns - firstColumns()).clamped(above: 0)
    }

    /// `[B, L]` bool: false on padding.
    func realTokens() throws -> Tensor {
        let columns = try Tensor.range(tokens.size(1), on: tokens.device).reshaped(1, tokens.size(1))
        if paddingSide == .left { return try firstColumns().isAtMost(columns) }
        let ends = try Tensor(lengths.map(Int64.init), shape: [lengths.count, 1]).to(tokens.device)
        return try columns.isLess(than: ends)
    }

    /// Causal, and blind to padding. On the right padding needs no mask: no real token looks ahead.
    func attentionMask() throws -> AttentionMask {
        guard paddingSide == .left, Set(lengths) != [tokens.size(1)] else { return .causal }
        let width = tokens.size(1)
        let query = try Tensor.range(width, on: tokens.device).reshaped(1, width, 1)
        let key = try Tensor.range(width, on: tokens.device).reshaped(1, 1, width)
        // A padding query sees itself, so that its row of weights is defined; nobody reads it.
        let allowed = try key.isAtMost(query).and(firstColumns().unsqueezed(1).isAtMost(key)).or(key.equals(query))
        return .tensor(try allowed.unsqueezed(1))
    }

    /// Column of each row's last real token, `[B]` int64. Throws for a row without tokens.
    func lastColumns() throws -> Tensor {
        if let empty = lengths.firstIndex(where: { $0 < 1 }) { throw ModelInputError.emptyRow(empty) }
        let width = tokens.size(1)
        return try Tensor(lengths.map { Int64((paddingSide == .right ? $0 : width) - 1) }).to(tokens.device)
    }

    /// Column of each row's first real token under left padding, `[B, 1]` int64.
    private func firstColumns() throws -> Tensor {
        try Tensor(lengths.map { Int64(tokens.size(1) - $0) }, shape: [lengths.count, 1]).to(tokens.device)
    }
}

/// Inputs that a model cannot read.
public enum ModelInputError: Error, Equatable, CustomStringConvertible {
    case emptyRow(Int)
    /// Placeholders among the tokens and features that should take their places.
    case placeholderCount(found: Int, features: Int)
    case tooLong(tokens: Int, maximum: Int)
    /// Pictures for a language model without a vision tower.
    case seesNothing(pictures: Int)

    public var description: String {
        switch self {
        case .emptyRow(let row): "row \(row) of the batch has no token, so there is nothing to score"
        case .placeholderCount(let found, let features):
            "\(found) picture placeholders among the tokens, but \(features) picture features: "
                + "check that the processor's patch count is the model's"
        case .tooLong(let tokens, let maximum): "\(tokens) tokens in a row, the model takes \(maximum)"
        case .seesNothing(let pictures):
            "\(pictures) pictures for a language model that has no vision tower: use a vision-language model, or text alone"
        }
    }
}

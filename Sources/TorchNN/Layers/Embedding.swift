public import Torch

/// A table of one vector per token id.
public struct Embedding {
    /// `[V, D]`
    public let weight: Tensor

    public init(_ count: Int, _ width: Int, _ weights: Weights) throws {
        weight = try weights.parameter("weight", [count, width])
    }

    /// ids `[…]` → `[…, D]`
    public func callAsFunction(_ ids: Tensor) throws(TorchError) -> Tensor { try weight.embedding(ids) }
}

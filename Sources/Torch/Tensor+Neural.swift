private enum Op {
    static let softmax = Operator("softmax", "int")
    static let logSoftmax = Operator("log_softmax", "int")
    static let relu = Operator("relu")
    static let silu = Operator("silu")
    static let gelu = Operator("gelu")
    static let embedding = Operator("embedding")
    static let linear = Operator("linear")
    static let layerNorm = Operator("layer_norm")
    static let rmsNorm = Operator("rms_norm")
    static let conv2d = Operator("conv2d")
    static let attention = Operator("scaled_dot_product_attention")
    static let crossEntropy = Operator("cross_entropy_loss")
    static let searchSorted = Operator("searchsorted", "Tensor")
    static let bceWithLogits = Operator("binary_cross_entropy_with_logits")
}

extension Tensor {
    public func softmax(dim: Int = -1, dtype: DType? = nil) throws(TorchError) -> Tensor {
        try Op.softmax(.tensor(self), .int(dim), dtype.map(Argument.dtype) ?? .none)
    }
    public func logSoftmax(dim: Int = -1, dtype: DType? = nil) throws(TorchError) -> Tensor {
        try Op.logSoftmax(.tensor(self), .int(dim), dtype.map(Argument.dtype) ?? .none)
    }
    public func relu() throws(TorchError) -> Tensor { try Op.relu(.tensor(self)) }
    /// x·σ(x)
    public func silu() throws(TorchError) -> Tensor { try Op.silu(.tensor(self)) }
    /// x·Φ(x), exact.
    public func gelu() throws(TorchError) -> Tensor { try Op.gelu(.tensor(self), .string("none")) }
    /// The tanh approximation of x·Φ(x).
    public func tanhGelu() throws(TorchError) -> Tensor { try Op.gelu(.tensor(self), .string("tanh")) }
    /// x·σ(1.702·x), CLIP's activation.
    public func quickGelu() throws(TorchError) -> Tensor { try self * (1.702 * self).sigmoid() }

    /// Rows of this table `[V, D]` for integer `ids` of any shape: `[…, D]`. Throws for ids outside `0..<V`.
    public func embedding(_ ids: Tensor) throws(TorchError) -> Tensor { try Op.embedding(.tensor(self), .tensor(ids)) }

    /// x·Wᵀ + b for `weight` `[out, in]`.
    public func linear(_ weight: Tensor, bias: Tensor? = nil) throws(TorchError) -> Tensor {
        try Op.linear(.tensor(self), .tensor(weight), .optional(bias))
    }

    public func layerNorm(_ weight: Tensor, bias: Tensor?, eps: Double) throws(TorchError) -> Tensor {
        try Op.layerNorm(.tensor(self), .ints([size(-1)]), .tensor(weight), .optional(bias), .double(eps))
    }

    /// x / √(mean(x²) + eps) · w over the last dimension.
    public func rmsNorm(_ weight: Tensor, eps: Double) throws(TorchError) -> Tensor {
        try Op.rmsNorm(.tensor(self), .ints([size(-1)]), .tensor(weight), .double(eps))
    }

    /// 2-d convolution of `[B, C, H, W]` with `weight` `[O, C, k, k]`.
    public func conv2d(_ weight: Tensor, bias: Tensor?, stride: Int) throws(TorchError) -> Tensor {
        try Op.conv2d(.tensor(self), .tensor(weight), .optional(bias), .ints([stride, stride]))
    }

    /// Mean cross-entropy of logits `[N, V]` against class ids `[N]`; rows whose id is `ignoring` do not count.
    public func crossEntropy(_ classes: Tensor, ignoring: Int = -100) throws(TorchError) -> Tensor {
        try Op.crossEntropy(.tensor(self), .tensor(classes), .none, .int(1), .int(ignoring))
    }

    /// Mean binary cross-entropy of logits against targets in [0, 1].
    public func binaryCrossEntropy(_ targets: Tensor) throws(TorchError) -> Tensor {
        try Op.bceWithLogits(.tensor(self), .tensor(targets))
    }

    /// One class per row, drawn from rows of weights `[B, V]` on the CPU (not negative, not logits): `[B, 1]` int64.
    ///
    /// The first class at which the running sum reaches a uniform share in (0, 1] of the row's total, so a class of
    /// weight 0 is never drawn. It takes one random number per row; LibTorch's multinomial takes one per class, which for
    /// a small model costs as much as the layers.
    ///
    /// Throws for a row that nothing can be drawn from: one with a weight that is not finite, or with no weight above 0.
    public func sampled(using generator: RandomGenerator) throws(TorchError) -> Tensor {
        let sums = try to(.float64).cumulativeSum(dim: 1)
        let totals = try sums.sliced(1, (size(1) - 1)..<size(1))
        if let row = try totals.values(as: Double.self).firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw TorchError(
                operation: "sampled", operands: [signature],
                message: "the weights of row \(row) are not finite, or none of them is above 0: no class can be drawn from it")
        }
        let share = try 1 - Tensor.rand([size(0), 1], using: generator).to(.float64)
        return try Op.searchSorted(.tensor(sums), .tensor(totals * share))
    }
}

/// Which keys a query may look at.
public enum AttentionMask {
    /// All of them.
    case none
    /// Keys up to the query's own position; queries and keys start together.
    case causal
    /// Bool, true where the query may look, or float to be added; broadcasts to `[B, H, L, S]`.
    case tensor(Tensor)
}

/// softmax(Q·Kᵀ / √E + mask)·V for queries `[B, H, L, E]` and keys and values `[B, K, S, E]`, where H is a multiple of K.
public func scaledDotProductAttention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ mask: AttentionMask
) throws(TorchError) -> Tensor {
    let grouped = queries.size(1) != keys.size(1)
    return switch mask {
    case .none: try Op.attention(
        .tensor(queries), .tensor(keys), .tensor(values), .none, .double(0), .bool(false), .none, .bool(grouped))
    case .causal: try Op.attention(
        .tensor(queries), .tensor(keys), .tensor(values), .none, .double(0), .bool(true), .none, .bool(grouped))
    case .tensor(let allowed): try Op.attention(
        .tensor(queries), .tensor(keys), .tensor(values), .tensor(allowed), .double(0), .bool(false), .none, .bool(grouped))
    }
}

private enum Op {
    static let sum = Operator("sum")
    static let sumOver = Operator("sum", "dim_IntList")
    static let mean = Operator("mean")
    static let meanOver = Operator("mean", "dim")
    static let varianceOver = Operator("var", "correction")
    static let max = Operator("max")
    static let min = Operator("min")
    static let maxOver = Operator("amax")
    static let argmax = Operator("argmax")
    static let cumulativeSum = Operator("cumsum")
    static let norm = Operator("linalg_vector_norm")
    static let logSumExp = Operator("logsumexp")
    static let topK = Operator("topk")
    static let sort = Operator("sort", "stable")
}

extension Tensor {
    public func sum() throws(TorchError) -> Tensor { try Op.sum(.tensor(self)) }
    public func sum(dim: Int, keepingDim: Bool = false) throws(TorchError) -> Tensor {
        try Op.sumOver(.tensor(self), .ints([dim]), .bool(keepingDim))
    }

    public func mean() throws(TorchError) -> Tensor { try Op.mean(.tensor(self)) }
    public func mean(dim: Int, keepingDim: Bool = false) throws(TorchError) -> Tensor {
        try Op.meanOver(.tensor(self), .ints([dim]), .bool(keepingDim))
    }

    /// The variance over `dim`, divided by n − `correction`.
    public func variance(dim: Int, correction: Double = 0, keepingDim: Bool = false) throws(TorchError) -> Tensor {
        try Op.varianceOver(.tensor(self), .ints([dim]), .double(correction), .bool(keepingDim))
    }

    public func max() throws(TorchError) -> Tensor { try Op.max(.tensor(self)) }
    public func min() throws(TorchError) -> Tensor { try Op.min(.tensor(self)) }
    public func max(dim: Int, keepingDim: Bool = false) throws(TorchError) -> Tensor {
        try Op.maxOver(.tensor(self), .ints([dim]), .bool(keepingDim))
    }

    /// Index of the first largest element along `dim`, int64.
    public func argmax(dim: Int) throws(TorchError) -> Tensor { try Op.argmax(.tensor(self), .int(dim)) }

    public func cumulativeSum(dim: Int) throws(TorchError) -> Tensor { try Op.cumulativeSum(.tensor(self), .int(dim)) }

    /// √Σx² over all elements, in float32 at least.
    public func norm() throws(TorchError) -> Tensor {
        try Op.norm(.tensor(self), .double(2), .none, .bool(false), dtype == .float64 ? .none : .dtype(.float32))
    }

    /// log Σ exp(x) over `dim`.
    public func logSumExp(dim: Int, keepingDim: Bool = false) throws(TorchError) -> Tensor {
        try Op.logSumExp(.tensor(self), .ints([dim]), .bool(keepingDim))
    }

    /// The `count` largest elements along `dim`, largest first, and where they were.
    public func largest(_ count: Int, dim: Int = -1) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        try pair(Op.topK.results(.tensor(self), .int(count), .int(dim), .bool(true), .bool(true)), "topk")
    }

    /// The elements in order along `dim`, equal ones in their old order, and where they were.
    public func sorted(dim: Int = -1, descending: Bool = false) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        try pair(Op.sort.results(.tensor(self), .bool(true), .int(dim), .bool(descending)), "sort")
    }

    private func pair(_ results: [Tensor], _ name: String) throws(TorchError) -> (Tensor, Tensor) {
        guard results.count == 2 else { throw TorchError(operation: name, message: "returned \(results.count) tensors") }
        return (results[0], results[1])
    }
}

/// The Euclidean norm of all tensors taken together, in float32.
public func globalNorm(_ tensors: [Tensor]) throws(TorchError) -> Tensor {
    guard !tensors.isEmpty else { return try Tensor.zeros([]) }
    var norms: [Tensor] = []
    for tensor in tensors { norms.append(try tensor.norm().to(.float32)) }
    return try stacked(norms).norm()
}

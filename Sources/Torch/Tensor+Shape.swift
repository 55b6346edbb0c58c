private enum Op {
    static let reshape = Operator("reshape")
    static let transpose = Operator("transpose", "int")
    static let permute = Operator("permute")
    static let unsqueeze = Operator("unsqueeze")
    static let squeeze = Operator("squeeze", "dim")
    static let expand = Operator("expand")
    static let contiguous = Operator("contiguous")
    static let cat = Operator("cat")
    static let stack = Operator("stack")
    static let repeatInterleave = Operator("repeat_interleave", "self_int")
    static let flip = Operator("flip")
    static let lowerTriangle = Operator("tril")
    static let pad = Operator("constant_pad_nd")
}

extension Tensor {
    /// The same elements in another shape; one −1 is worked out.
    public func reshaped(_ shape: Int...) throws(TorchError) -> Tensor { try reshaped(shape) }
    public func reshaped(_ shape: [Int]) throws(TorchError) -> Tensor { try Op.reshape(.tensor(self), .ints(shape)) }
    public func transposed(_ first: Int, _ second: Int) throws(TorchError) -> Tensor {
        try Op.transpose(.tensor(self), .int(first), .int(second))
    }
    public func permuted(_ dims: Int...) throws(TorchError) -> Tensor { try Op.permute(.tensor(self), .ints(dims)) }
    public func unsqueezed(_ dim: Int) throws(TorchError) -> Tensor { try Op.unsqueeze(.tensor(self), .int(dim)) }
    public func squeezed(_ dim: Int) throws(TorchError) -> Tensor { try Op.squeeze(.tensor(self), .int(dim)) }
    /// A view with dimensions of extent 1 stretched; −1 keeps one.
    public func expanded(_ shape: Int...) throws(TorchError) -> Tensor { try expanded(shape) }
    public func expanded(_ shape: [Int]) throws(TorchError) -> Tensor { try Op.expand(.tensor(self), .ints(shape)) }
    public func contiguous() throws(TorchError) -> Tensor { try Op.contiguous(.tensor(self)) }
    /// Every element `count` times in a row along `dim`.
    public func repeated(_ count: Int, dim: Int) throws(TorchError) -> Tensor {
        try Op.repeatInterleave(.tensor(self), .int(count), .int(dim))
    }
    public func flipped(_ dims: Int...) throws(TorchError) -> Tensor { try Op.flip(.tensor(self), .ints(dims)) }
    /// Zero above the diagonal of the last two dimensions.
    public func lowerTriangle(diagonal: Int = 0) throws(TorchError) -> Tensor {
        try Op.lowerTriangle(.tensor(self), .int(diagonal))
    }
    /// `value` added before and after along the last dimension.
    public func padded(before: Int, after: Int, value: Double = 0) throws(TorchError) -> Tensor {
        try Op.pad(.tensor(self), .ints([before, after]), .double(value))
    }
}

/// Tensors joined along an existing dimension.
public func concatenated(_ tensors: [Tensor], dim: Int = 0) throws(TorchError) -> Tensor {
    try Op.cat(.tensors(tensors), .int(dim))
}

/// Tensors of equal shape joined along a new dimension.
public func stacked(_ tensors: [Tensor], dim: Int = 0) throws(TorchError) -> Tensor {
    try Op.stack(.tensors(tensors), .int(dim))
}

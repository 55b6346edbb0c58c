private enum Op {
    static let equal = Operator("eq", "Tensor")
    static let equalScalar = Operator("eq", "Scalar")
    static let notEqualScalar = Operator("ne", "Scalar")
    static let less = Operator("lt", "Tensor")
    static let lessScalar = Operator("lt", "Scalar")
    static let lessOrEqual = Operator("le", "Tensor")
    static let greater = Operator("gt", "Tensor")
    static let greaterScalar = Operator("gt", "Scalar")
    static let greaterOrEqual = Operator("ge", "Scalar")
    static let and = Operator("logical_and")
    static let or = Operator("logical_or")
    static let not = Operator("logical_not")
    static let select = Operator("where", "self")
    static let maskedFill = Operator("masked_fill", "Scalar")
    static let bucketize = Operator("bucketize", "Tensor")
    static let all = Operator("all")
    static let any = Operator("any")
}

// Comparisons give bool tensors of the broadcast shape.
extension Tensor {
    public func equals(_ other: Tensor) throws(TorchError) -> Tensor { try Op.equal(.tensor(self), .tensor(other)) }
    public func equals(_ value: Double) throws(TorchError) -> Tensor { try Op.equalScalar(.tensor(self), .double(value)) }
    public func differs(from value: Double) throws(TorchError) -> Tensor { try Op.notEqualScalar(.tensor(self), .double(value)) }
    public func isLess(than other: Tensor) throws(TorchError) -> Tensor { try Op.less(.tensor(self), .tensor(other)) }
    public func isLess(than value: Double) throws(TorchError) -> Tensor { try Op.lessScalar(.tensor(self), .double(value)) }
    public func isAtMost(_ other: Tensor) throws(TorchError) -> Tensor { try Op.lessOrEqual(.tensor(self), .tensor(other)) }
    public func isGreater(than other: Tensor) throws(TorchError) -> Tensor { try Op.greater(.tensor(self), .tensor(other)) }
    public func isGreater(than value: Double) throws(TorchError) -> Tensor { try Op.greaterScalar(.tensor(self), .double(value)) }
    public func isAtLeast(_ value: Double) throws(TorchError) -> Tensor { try Op.greaterOrEqual(.tensor(self), .double(value)) }

    public func and(_ other: Tensor) throws(TorchError) -> Tensor { try Op.and(.tensor(self), .tensor(other)) }
    public func or(_ other: Tensor) throws(TorchError) -> Tensor { try Op.or(.tensor(self), .tensor(other)) }
    public func not() throws(TorchError) -> Tensor { try Op.not(.tensor(self)) }

    /// This bool tensor as a switch: `yes` where it is true, `no` elsewhere.
    public func select(_ yes: Tensor, else no: Tensor) throws(TorchError) -> Tensor {
        try Op.select(.tensor(self), .tensor(yes), .tensor(no))
    }

    /// `value` where `mask` is true, the element elsewhere.
    public func filled(_ value: Double, where mask: Tensor) throws(TorchError) -> Tensor {
        try Op.maskedFill(.tensor(self), .tensor(mask), .double(value))
    }

    /// For each element, how many of the ascending `boundaries` are at most as large, int64.
    public func buckets(_ boundaries: Tensor) throws(TorchError) -> Tensor {
        try Op.bucketize(.tensor(self), .tensor(boundaries), .bool(false), .bool(true))
    }

    /// Whether every element is true (not 0). Waits for the device.
    public func allTrue() throws(TorchError) -> Bool { try Op.all(.tensor(self)).item() != 0 }

    /// Whether some element is true (not 0). Waits for the device.
    public func anyTrue() throws(TorchError) -> Bool { try Op.any(.tensor(self)).item() != 0 }
}

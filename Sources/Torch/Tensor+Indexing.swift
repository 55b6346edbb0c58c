private enum Op {
    static let slice = Operator("slice", "Tensor")
    static let select = Operator("select", "int")
    static let indexSelect = Operator("index_select")
    static let index = Operator("index", "Tensor")
    static let gather = Operator("gather")
    static let scatter = Operator("scatter", "src")
    static let scatterValue = Operator("scatter", "value")
    static let indexCopy = Operator("index_copy_")
    static let indexPut = Operator("index_put")
    static let maskedScatter = Operator("masked_scatter")
    static let nonzero = Operator("nonzero")
}

extension Tensor {
    /// A view of positions `range` along `dim`.
    public func sliced(_ dim: Int, _ range: Range<Int>) throws(TorchError) -> Tensor {
        try Op.slice(.tensor(self), .int(dim), .int(range.lowerBound), .int(range.upperBound), .int(1))
    }

    /// A view of one position along `dim`, which disappears; −1 is the last.
    public func selected(_ dim: Int, _ index: Int) throws(TorchError) -> Tensor {
        try Op.select(.tensor(self), .int(dim), .int(index))
    }

    /// Positions along `dim` named by an int64 vector; copies.
    public func picked(_ indices: Tensor, dim: Int = 0) throws(TorchError) -> Tensor {
        try Op.indexSelect(.tensor(self), .int(dim), .tensor(indices))
    }

    /// Element `indices[i]` of dimension i, for index tensors that broadcast together: `x[rows, columns]`.
    public func at(_ indices: Tensor...) throws(TorchError) -> Tensor {
        try Op.index(.tensor(self), .optionalTensors(indices))
    }

    /// `out[i][j] = self[i][indices[i][j]]` for dim 1, and alike for others.
    public func gathered(_ indices: Tensor, dim: Int) throws(TorchError) -> Tensor {
        try Op.gather(.tensor(self), .int(dim), .tensor(indices))
    }

    /// The opposite of `gathered`: a copy of self with `source` written at `indices`.
    public func scattered(_ source: Tensor, at indices: Tensor, dim: Int) throws(TorchError) -> Tensor {
        try Op.scatter(.tensor(self), .int(dim), .tensor(indices), .tensor(source))
    }

    /// A copy of self with one value written at `indices`.
    public func scattered(_ value: Double, at indices: Tensor, dim: Int) throws(TorchError) -> Tensor {
        try Op.scatterValue(.tensor(self), .int(dim), .tensor(indices), .double(value))
    }

    /// A copy of self in which the true positions of `mask` hold the elements of `source`, in order. Gradients reach both.
    public func masked(_ mask: Tensor, filledWith source: Tensor) throws(TorchError) -> Tensor {
        try Op.maskedScatter(.tensor(self), .tensor(mask), .tensor(source))
    }

    /// Writes `source` into positions `indices` along `dim`, in place.
    public func write(_ source: Tensor, at indices: Tensor, dim: Int) throws(TorchError) {
        _ = try Op.indexCopy.results(.tensor(self), .int(dim), .tensor(indices), .tensor(source))
    }

    /// A copy of self in which `self[indices[0][k], indices[1][k], …] = source[k]`. Gradients reach both.
    public func putting(_ source: Tensor, at indices: Tensor...) throws(TorchError) -> Tensor {
        try Op.indexPut(.tensor(self), .optionalTensors(indices), .tensor(source))
    }

    /// Coordinates of the elements that are not 0: `[count, rank]` int64. Waits for the device.
    public func nonzero() throws(TorchError) -> Tensor { try Op.nonzero(.tensor(self)) }
}

private enum Op {
    static let empty = Operator("empty", "memory_format")
    static let full = Operator("full")
    static let arange = Operator("arange", "start_step")
    static let randn = Operator("randn", "generator")
    static let rand = Operator("rand", "generator")
    static let to = Operator("_to_copy")
    static let clone = Operator("clone")
    static let detach = Operator("detach")
    static let copy = Operator("copy_")
    static let zero = Operator("zero_")
}

extension Tensor {
    public static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try Op.full(.ints(shape), .double(value), .dtype(dtype), .none, .device(device))
    }

    public static func zeros(_ shape: [Int], dtype: DType = .float32, on device: Device = .cpu) throws(TorchError) -> Tensor {
        try full(shape, 0, dtype: dtype, on: device)
    }

    public static func ones(_ shape: [Int], dtype: DType = .float32, on device: Device = .cpu) throws(TorchError) -> Tensor {
        try full(shape, 1, dtype: dtype, on: device)
    }

    /// Memory that is not initialised; to be written before it is read.
    public static func empty(_ shape: [Int], dtype: DType = .float32, on device: Device = .cpu) throws(TorchError) -> Tensor {
        try Op.empty(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// `0, 1, …, count − 1` as int64.
    public static func range(_ count: Int, on device: Device = .cpu) throws(TorchError) -> Tensor {
        try Op.arange(.int(0), .int(count), .int(1), .dtype(.int64), .none, .device(device))
    }

    /// `start, start + step, …` below `end` as float32.
    public static func range(from start: Double, below end: Double, by step: Double) throws(TorchError) -> Tensor {
        try Op.arange(.double(start), .double(end), .double(step), .dtype(.float32), .none, .device(.cpu))
    }

    /// Independent draws from N(0, 1), float32, on the CPU.
    public static func randn(_ shape: [Int], using generator: RandomGenerator) throws(TorchError) -> Tensor {
        try Op.randn(.ints(shape), .generator(generator), .dtype(.float32))
    }

    /// Independent draws from U[0, 1), float32, on the CPU.
    public static func rand(_ shape: [Int], using generator: RandomGenerator) throws(TorchError) -> Tensor {
        try Op.rand(.ints(shape), .generator(generator), .dtype(.float32))
    }
}

extension Tensor {
    /// The same numbers as another type; `self` when it already is. Gradients pass through.
    public func to(_ dtype: DType) throws(TorchError) -> Tensor {
        dtype == self.dtype ? self : try Op.to(.tensor(self), .dtype(dtype))
    }

    /// The same numbers on another device; `self` when already there. Gradients pass through.
    public func to(_ device: Device) throws(TorchError) -> Tensor {
        device == self.device ? self : try Op.to(.tensor(self), .none, .none, .device(device))
    }

    /// A copy with memory of its own.
    public func copied() throws(TorchError) -> Tensor { try Op.clone(.tensor(self)) }

    /// The same memory, cut from the graph.
    public func detached() throws(TorchError) -> Tensor { try Op.detach(.tensor(self)) }

    /// Overwrites this tensor's elements, converting type and device.
    public func assign(_ source: Tensor) throws(TorchError) { _ = try Op.copy.results(.tensor(self), .tensor(source)) }

    public func fillWithZeros() throws(TorchError) { _ = try Op.zero.results(.tensor(self)) }
}

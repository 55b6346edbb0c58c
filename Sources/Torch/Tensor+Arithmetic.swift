private enum Op {
    static let add = Operator("add", "Tensor")
    static let addScalar = Operator("add", "Scalar")
    static let sub = Operator("sub", "Tensor")
    static let rsub = Operator("rsub", "Scalar")
    static let mul = Operator("mul", "Tensor")
    static let div = Operator("div", "Tensor")
    static let divScalar = Operator("div", "Scalar")
    static let floorDivide = Operator("div", "Scalar_mode")
    static let reciprocal = Operator("reciprocal")
    static let neg = Operator("neg")
    static let exp = Operator("exp")
    static let log = Operator("log")
    static let sqrt = Operator("sqrt")
    static let rsqrt = Operator("rsqrt")
    static let square = Operator("square")
    static let abs = Operator("abs")
    static let sin = Operator("sin")
    static let cos = Operator("cos")
    static let tanh = Operator("tanh")
    static let sigmoid = Operator("sigmoid")
    static let logSigmoid = Operator("log_sigmoid")
    static let pow = Operator("pow", "Tensor_Scalar")
    static let powOf = Operator("pow", "Scalar")
    static let clamp = Operator("clamp")
    static let minimum = Operator("minimum")
    static let maximum = Operator("maximum")
    static let addInPlace = Operator("add_", "Tensor")
    static let mulInPlace = Operator("mul_", "Tensor")
    static let isFinite = Operator("isfinite")
    static let matmul = Operator("matmul")
}

/// A number as an operand: whole numbers stay whole beside integer tensors, so that indices remain indices.
///
/// Products take the operator for two tensors, as Python does: the one for a tensor and a number rounds the number to
/// bfloat16 before it multiplies.
private func scalar(_ value: Double, for tensor: Tensor) -> Argument {
    if !tensor.dtype.isFloatingPoint, let whole = Int(exactly: value) { return .int(whole) }
    return .double(value)
}

// Element by element; shapes broadcast as in LibTorch.
extension Tensor {
    public static func + (left: Tensor, right: Tensor) throws(TorchError) -> Tensor { try Op.add(.tensor(left), .tensor(right)) }
    public static func + (left: Tensor, right: Double) throws(TorchError) -> Tensor { try Op.addScalar(.tensor(left), scalar(right, for: left)) }
    public static func + (left: Double, right: Tensor) throws(TorchError) -> Tensor { try right + left }
    public static func - (left: Tensor, right: Tensor) throws(TorchError) -> Tensor { try Op.sub(.tensor(left), .tensor(right)) }
    public static func - (left: Tensor, right: Double) throws(TorchError) -> Tensor { try left + -right }
    public static func - (left: Double, right: Tensor) throws(TorchError) -> Tensor { try Op.rsub(.tensor(right), scalar(left, for: right)) }
    public static func * (left: Tensor, right: Tensor) throws(TorchError) -> Tensor { try Op.mul(.tensor(left), .tensor(right)) }
    public static func * (left: Tensor, right: Double) throws(TorchError) -> Tensor { try Op.mul(.tensor(left), scalar(right, for: left)) }
    public static func * (left: Double, right: Tensor) throws(TorchError) -> Tensor { try right * left }
    public static func / (left: Tensor, right: Tensor) throws(TorchError) -> Tensor { try Op.div(.tensor(left), .tensor(right)) }
    public static func / (left: Tensor, right: Double) throws(TorchError) -> Tensor { try Op.divScalar(.tensor(left), .double(right)) }
    public static func / (left: Double, right: Tensor) throws(TorchError) -> Tensor { try Op.reciprocal(.tensor(right)) * left }
    public static prefix func - (tensor: Tensor) throws(TorchError) -> Tensor { try Op.neg(.tensor(tensor)) }

    /// The quotient rounded down, same type.
    public func floorDivided(by divisor: Int) throws(TorchError) -> Tensor {
        try Op.floorDivide(.tensor(self), .int(divisor), .string("floor"))
    }
}

extension Tensor {
    public func exp() throws(TorchError) -> Tensor { try Op.exp(.tensor(self)) }
    public func log() throws(TorchError) -> Tensor { try Op.log(.tensor(self)) }
    public func squareRoot() throws(TorchError) -> Tensor { try Op.sqrt(.tensor(self)) }
    public func reciprocalSquareRoot() throws(TorchError) -> Tensor { try Op.rsqrt(.tensor(self)) }
    public func squared() throws(TorchError) -> Tensor { try Op.square(.tensor(self)) }
    public func abs() throws(TorchError) -> Tensor { try Op.abs(.tensor(self)) }
    public func sin() throws(TorchError) -> Tensor { try Op.sin(.tensor(self)) }
    public func cos() throws(TorchError) -> Tensor { try Op.cos(.tensor(self)) }
    public func tanh() throws(TorchError) -> Tensor { try Op.tanh(.tensor(self)) }
    public func sigmoid() throws(TorchError) -> Tensor { try Op.sigmoid(.tensor(self)) }
    /// log σ(x), exact for large |x|.
    public func logSigmoid() throws(TorchError) -> Tensor { try Op.logSigmoid(.tensor(self)) }
    public func power(_ exponent: Double) throws(TorchError) -> Tensor { try Op.pow(.tensor(self), .double(exponent)) }
    /// base^x, element by element.
    public func asExponent(of base: Double) throws(TorchError) -> Tensor { try Op.powOf(.double(base), .tensor(self)) }

    /// Every element moved to the nearest value inside `range`; its gradient is 0 where it was moved.
    public func clamped(to range: ClosedRange<Double>) throws(TorchError) -> Tensor {
        try Op.clamp(.tensor(self), scalar(range.lowerBound, for: self), scalar(range.upperBound, for: self))
    }

    /// Every element at least `low`.
    public func clamped(above low: Double) throws(TorchError) -> Tensor { try Op.clamp(.tensor(self), scalar(low, for: self)) }

    /// 1 where the element is a number, 0 where it is infinite or not a number; bool.
    public func isFinite() throws(TorchError) -> Tensor { try Op.isFinite(.tensor(self)) }

    /// The matrix product over the last two dimensions, batched over the others.
    public func matmul(_ other: Tensor) throws(TorchError) -> Tensor { try Op.matmul(.tensor(self), .tensor(other)) }

    /// self ← self + scale·other, in place.
    public func add(_ other: Tensor, scale: Double = 1) throws(TorchError) {
        _ = try Op.addInPlace.results(.tensor(self), .tensor(other), .double(scale))
    }

    /// self ← factor·self, in place.
    public func multiply(by factor: Double) throws(TorchError) {
        _ = try Op.mulInPlace.results(.tensor(self), .double(factor))
    }
}

/// The smaller of the two, element by element.
public func minimum(_ left: Tensor, _ right: Tensor) throws(TorchError) -> Tensor { try Op.minimum(.tensor(left), .tensor(right)) }

/// The larger of the two, element by element.
public func maximum(_ left: Tensor, _ right: Tensor) throws(TorchError) -> Tensor { try Op.maximum(.tensor(left), .tensor(right)) }

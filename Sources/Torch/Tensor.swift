import CTorch

/// An n-dimensional array of numbers on a device, LibTorch's own, reference counted and freed when the last user lets go.
///
/// Operators return new tensors and throw `TorchError`; one `try` covers an expression. That a shape cannot be wrong
/// without being caught is worth the word: a trap would end a training run half-way and every connection of a server.
/// Tensors are used from one thread at a time and do not cross an actor's border.
public final class Tensor {
    let raw: ct_tensor

    /// Takes over a handle at +1.
    init(owning raw: ct_tensor) { self.raw = raw }

    deinit { ct_release(raw) }

    static func owning(_ raw: ct_tensor?, _ operation: String, _ operands: [Tensor] = []) throws(TorchError) -> Tensor {
        guard let raw else { throw TorchError.last(operation, operands) }
        return Tensor(owning: raw)
    }
}

// MARK: What it is

extension Tensor {
    public var rank: Int { Int(ct_rank(raw)) }

    /// The number of elements.
    public var count: Int { Int(ct_count(raw)) }

    public var shape: [Int] { (0..<ct_rank(raw)).map { Int(ct_size(raw, $0)) } }

    /// The extent along `dim`; negative dimensions count from the end; 0 where there is no such dimension.
    public func size(_ dim: Int) -> Int {
        let index = dim < 0 ? rank + dim : dim
        return (0..<rank).contains(index) ? Int(ct_size(raw, Int32(index))) : 0
    }

    public var dtype: DType { DType(rawValue: ct_dtype(raw)) ?? .float32 }

    public var device: Device {
        var (type, index): (Int32, Int32) = (0, 0)
        ct_device(raw, &type, &index)
        return type == 1 ? .cuda(Int(index)) : .cpu
    }

    public var requiresGradient: Bool { ct_requires_grad(raw) }

    /// `[2, 7] float32`, with the device when it is not the CPU: how errors speak of it.
    public var signature: String {
        device == .cpu ? "\(shape) \(dtype)" : "\(shape) \(dtype) \(device)"
    }
}

// MARK: From and to Swift's numbers

/// A Swift number that a tensor can hold, with the tensor type that matches its bits.
public protocol TensorScalar: Sendable, BitwiseCopyable {
    static var dtype: DType { get }
}

extension Float: TensorScalar { public static var dtype: DType { .float32 } }
extension Double: TensorScalar { public static var dtype: DType { .float64 } }
extension Int64: TensorScalar { public static var dtype: DType { .int64 } }
extension Int32: TensorScalar { public static var dtype: DType { .int32 } }
extension UInt8: TensorScalar { public static var dtype: DType { .uint8 } }
extension Bool: TensorScalar { public static var dtype: DType { .bool } }

extension Tensor {
    /// A CPU tensor with a copy of `values`, row-major. Throws when `shape` does not hold exactly that many.
    public convenience init<Scalar: TensorScalar>(_ values: [Scalar], shape: [Int]) throws(TorchError) {
        let sizes = shape.map(Int64.init)
        let raw = values.withUnsafeBytes { bytes in
            ct_from_bytes(bytes.baseAddress, bytes.count, sizes, Int32(sizes.count), Scalar.dtype.rawValue)
        }
        guard let raw else {
            throw TorchError(
                operation: "Tensor(values, shape: \(shape))", message: "\(values.count) values: " + String(cString: ct_last_error()))
        }
        self.init(owning: raw)
    }

    /// A vector.
    public convenience init<Scalar: TensorScalar>(_ values: [Scalar]) throws(TorchError) {
        try self.init(values, shape: [values.count])
    }

    /// A matrix; every row as long as the first.
    public convenience init<Scalar: TensorScalar>(_ rows: [[Scalar]]) throws(TorchError) {
        let columns = rows.first?.count ?? 0
        guard rows.allSatisfy({ $0.count == columns }) else {
            throw TorchError(operation: "Tensor(rows)", message: "rows differ in length: \(rows.map(\.count))")
        }
        try self.init(rows.flatMap { $0 }, shape: [rows.count, columns])
    }

    /// The elements, converted to `Scalar`, row-major.
    public func values<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) throws(TorchError) -> [Scalar] {
        let count = self.count
        var status: Int32 = 0
        let values = [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = ct_copy_to_bytes(
                raw, Scalar.dtype.rawValue, buffer.baseAddress, count * MemoryLayout<Scalar>.stride)
            initialized = status == 0 ? count : 0
        }
        guard status == 0 else { throw TorchError.last("values", [self]) }
        return values
    }

    /// The elements as float32, row-major.
    public func floats() throws(TorchError) -> [Float] { try values(as: Float.self) }

    /// The elements as whole numbers, row-major.
    public func integers() throws(TorchError) -> [Int] { try values(as: Int64.self).map(Int.init) }

    /// The rows of a matrix.
    public func rows() throws(TorchError) -> [[Float]] {
        let (flat, columns) = (try floats(), size(-1))
        guard columns > 0 else { return [] }
        return stride(from: 0, to: flat.count, by: columns).map { Array(flat[$0..<($0 + columns)]) }
    }

    /// The one element of a scalar tensor. Waits for the device.
    public func item() throws(TorchError) -> Double {
        var value = 0.0
        guard ct_item(raw, &value) == 0 else { throw TorchError.last("item", [self]) }
        return value
    }
}

extension Tensor: CustomStringConvertible {
    /// The signature, and the values when they are few.
    public var description: String {
        guard count <= 64, let values = try? floats() else { return "Tensor(\(signature))" }
        return "Tensor(\(signature), \(values))"
    }
}

import CTorch

/// One of LibTorch's operators, looked up once by name and overload; every other file of this folder is written with it.
///
/// Missing trailing arguments take the operator's own defaults, so that a schema may grow between versions of LibTorch.
struct Operator: @unchecked Sendable {
    private let name: String
    private let handle: ct_op?

    init(_ name: StaticString, _ overload: StaticString = "") {
        self.name = "aten::\(name)"
        handle = ct_find_op(self.name, "\(overload)")
    }

    /// The operator's one tensor.
    func callAsFunction(_ arguments: Argument...) throws(TorchError) -> Tensor {
        let results = try call(arguments)
        guard results.count == 1 else {
            throw TorchError(operation: name, message: "returned \(results.count) tensors, expected 1")
        }
        return results[0]
    }

    /// All tensors that the operator returns.
    func results(_ arguments: Argument...) throws(TorchError) -> [Tensor] { try call(arguments) }

    private func call(_ arguments: [Argument]) throws(TorchError) -> [Tensor] {
        guard let handle else {
            throw TorchError(operation: name, message: "LibTorch \(Engine.version) does not have this operator")
        }
        let boxed = BoxedArguments(arguments)
        defer { boxed.free() }
        var raw = [ct_tensor?](repeating: nil, count: 64)
        var count: Int32 = 0
        // The boxed values only borrow: the arguments must outlive the call, whatever the optimiser thinks of them.
        let status = withExtendedLifetime(arguments) {
            ct_call(handle, boxed.values, Int32(boxed.values.count), &raw, 64, &count)
        }
        guard status == 0 else { throw TorchError.last(name, arguments.flatMap(\.tensors)) }
        return raw.prefix(Int(count)).compactMap { $0.map(Tensor.init(owning:)) }
    }
}

/// A value for one argument of an operator.
enum Argument {
    case none
    case tensor(Tensor)
    case optional(Tensor?)
    case int(Int)
    case double(Double)
    case bool(Bool)
    case string(StaticString)
    case ints([Int])
    case tensors([Tensor])
    case optionalTensors([Tensor?])
    case generator(RandomGenerator?)
    case device(Device)
    case dtype(DType)
    /// The operator's own default.
    case byDefault

    var tensors: [Tensor] {
        switch self {
        case .tensor(let tensor): [tensor]
        case .optional(let tensor): tensor.map { [$0] } ?? []
        case .tensors(let tensors): tensors
        case .optionalTensors(let tensors): tensors.compactMap { $0 }
        default: []
        }
    }
}

/// Arguments in C's form; lists live in memory of their own until `free`.
private struct BoxedArguments {
    private(set) var values: [ct_value] = []
    private var lists: [UnsafeMutableRawPointer] = []

    init(_ arguments: [Argument]) {
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(box(argument)) }
    }

    func free() { lists.forEach { $0.deallocate() } }

    private mutating func box(_ argument: Argument) -> ct_value {
        switch argument {
        case .none: tagged(CT_NONE)
        case .tensor(let tensor): tagged(CT_TENSOR) { $0.value.tensor = tensor.raw }
        case .optional(let tensor): tensor.map { tensor in tagged(CT_TENSOR) { $0.value.tensor = tensor.raw } } ?? tagged(CT_NONE)
        case .int(let value): tagged(CT_INT) { $0.value.integer = Int64(value) }
        case .double(let value): tagged(CT_DOUBLE) { $0.value.real = value }
        case .bool(let value): tagged(CT_BOOL) { $0.value.integer = value ? 1 : 0 }
        case .string(let value): tagged(CT_STRING) { boxed in
            value.withUTF8Buffer { boxed.value.string = UnsafeRawPointer($0.baseAddress)?.assumingMemoryBound(to: CChar.self) }
        }
        case .ints(let values): list(CT_INTS, values.map(Int64.init)) { $0.value.integers = $1 }
        case .tensors(let tensors): list(CT_TENSORS, tensors.map { Optional($0.raw) }) { $0.value.tensors = $1 }
        case .optionalTensors(let tensors): list(CT_TENSORS, tensors.map { $0?.raw }) { $0.value.tensors = $1 }
        case .generator(let generator):
            generator.map { generator in tagged(CT_GENERATOR) { $0.value.generator = generator.raw } } ?? tagged(CT_NONE)
        case .device(let device):
            tagged(CT_DEVICE) { ($0.value.integer, $0.count) = (Int64(device.code.type), device.code.index) }
        case .dtype(let dtype): tagged(CT_INT) { $0.value.integer = Int64(dtype.rawValue) }
        case .byDefault: tagged(CT_DEFAULT)
        }
    }

    private func tagged(_ tag: some BinaryInteger, _ fill: (inout ct_value) -> Void = { _ in }) -> ct_value {
        var value = ct_value()
        value.tag = Int32(tag)
        fill(&value)
        return value
    }

    private mutating func list<Element>(
        _ tag: some BinaryInteger, _ elements: [Element], _ fill: (inout ct_value, UnsafePointer<Element>) -> Void
    ) -> ct_value {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
        memory.initialize(from: elements, count: elements.count)
        lists.append(UnsafeMutableRawPointer(memory))
        var value = tagged(tag)
        value.count = Int32(elements.count)
        fill(&value, memory)
        return value
    }
}

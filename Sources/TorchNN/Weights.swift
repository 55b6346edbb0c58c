public import Torch

/// Where a model's weights come from: a checkpoint's files, another model in memory, or a random start.
public protocol WeightSource {
    /// How errors speak of it: a path, or "a random start".
    var origin: String { get }
    /// All names, or `nil` when any name can be had (a random start).
    var names: [String]? { get }
    /// The tensor of that name; `nil` when there is none. `shape` and `initial` are what a random start needs.
    func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor?
}

/// How a parameter starts when nothing was trained yet.
public enum InitialValues: Sendable {
    case zeros
    case ones
    /// N(0, deviation²).
    case normal(Double)
}

/// A place in a checkpoint. Subscripting goes down; a layer takes its tensors with `parameter`.
///
/// Nothing is thrown while layers are being made: what is missing or misshapen is noted with its full name, stands in as
/// zeros, and `finish` throws all of it at once, together with the names that no layer asked for.
public struct Weights {
    private let path: String
    private let loading: Loading
    private let takesAdapters: Bool

    /// - Parameters:
    ///   - dtype: what parameters are converted to; `nil` keeps the source's type.
    ///   - adapters: which linear layers get LoRA adapters.
    public init(_ source: any WeightSource, dtype: DType? = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil) {
        self.init(
            path: "", loading: Loading(source: source, dtype: dtype, device: device, adapters: adapters), takesAdapters: true)
    }

    private init(path: String, loading: Loading, takesAdapters: Bool) {
        (self.path, self.loading, self.takesAdapters) = (path, loading, takesAdapters)
    }

    public subscript(_ name: String) -> Weights { Weights(path: join(name), loading: loading, takesAdapters: takesAdapters) }
    public subscript(_ index: Int) -> Weights { self[String(index)] }

    /// The same place, for layers that never get adapters, whatever their names.
    public var withoutAdapters: Weights { Weights(path: path, loading: loading, takesAdapters: false) }

    /// The adapters for the layer at this place, when the configuration names it.
    var adapters: LoRAConfig? {
        loading.adapters.flatMap { takesAdapters && $0.applies(to: path) ? $0 : nil }
    }

    /// Whether the source has a tensor of that name here.
    public func has(_ name: String) -> Bool { loading.knownNames?.contains(join(name)) ?? false }

    /// The tensor `name` at this place as a parameter of exactly that shape.
    public func parameter(_ name: String, _ shape: [Int], _ initial: InitialValues = .normal(0.02)) throws -> Tensor {
        let full = join(name)
        loading.taken.insert(full)
        let tensor = try loading.load(full, shape, initial)
        loading.parameters.append(NamedTensor(full, tensor))
        return tensor
    }

    /// A parameter that belongs to an adapter: taken from the source when it is there, else started.
    func adapterParameter(_ name: String, _ shape: [Int], _ initial: InitialValues) throws -> Tensor {
        let full = join(name)
        guard loading.knownNames?.contains(full) != true else { return try parameter(name, shape, initial) }
        let tensor = try loading.start(full, shape, initial)
        loading.parameters.append(NamedTensor(full, tensor))
        return tensor
    }

    /// Another name for parameters that two layers share, so that it is not reported as left over.
    public func ignore(_ name: String) { loading.taken.insert(join(name)) }

    /// Everything that was taken. Throws the complete list of what did not fit.
    ///
    /// - Parameter leftOver: says which names that nobody took are in order (a language head in a score model, say).
    public func finish(allowing leftOver: (String) -> Bool = { _ in false }) throws(WeightsError) -> Parameters {
        let extra = (loading.knownNames ?? []).subtracting(loading.taken).filter { !leftOver($0) }
        let problems = loading.problems + extra.sorted().map(WeightsError.Problem.leftOver)
        guard problems.isEmpty else { throw WeightsError(origin: loading.source.origin, problems: problems) }
        return loading.parameters
    }

    private func join(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
}

/// What one load has seen so far, shared by all places of a checkpoint.
private final class Loading {
    let source: any WeightSource
    let dtype: DType?
    let device: Device
    let adapters: LoRAConfig?
    let knownNames: Set<String>?
    var parameters = Parameters()
    var taken: Set<String> = []
    var problems: [WeightsError.Problem] = []

    init(source: any WeightSource, dtype: DType?, device: Device, adapters: LoRAConfig?) {
        (self.source, self.dtype, self.device, self.adapters) = (source, dtype, device, adapters)
        knownNames = source.names.map(Set.init)
    }

    func load(_ name: String, _ shape: [Int], _ initial: InitialValues) throws -> Tensor {
        guard let tensor = try source.tensor(named: name, shape: shape, initial: initial) else {
            problems.append(.missing(name: name, shape: shape))
            return try Tensor.zeros(shape, dtype: dtype ?? .float32, on: device)
        }
        guard tensor.shape == shape else {
            problems.append(.misshapen(name: name, found: tensor.shape, expected: shape))
            return try Tensor.zeros(shape, dtype: dtype ?? .float32, on: device)
        }
        return try tensor.to(dtype ?? tensor.dtype).to(device)
    }

    func start(_ name: String, _ shape: [Int], _ initial: InitialValues) throws -> Tensor {
        let values: Tensor
        switch (adapters?.seed, initial) {
        case (let seed?, .normal(let deviation)):
            let generator = try RandomGenerator(seed: seed &+ name.stableHash)
            values = try Tensor.randn(shape, using: generator) * deviation
        case (_, .ones): values = try Tensor.ones(shape)
        default: values = try Tensor.zeros(shape)
        }
        return try values.to(dtype ?? .float32).to(device)
    }
}

extension String {
    /// FNV-1a over the bytes: the same in every process, unlike `hashValue`.
    fileprivate var stableHash: UInt64 {
        utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}

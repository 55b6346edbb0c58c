public import Torch

/// A random start: every name can be had, drawn from one seeded stream in the order of the layers.
public struct RandomStart: WeightSource {
    private let generator: RandomGenerator

    public init(seed: UInt64) throws(TorchError) { generator = try RandomGenerator(seed: seed) }

    public var origin: String { "a random start" }
    public var names: [String]? { nil }

    public func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        switch initial {
        case .zeros: try Tensor.zeros(shape)
        case .ones: try Tensor.ones(shape)
        case .normal(let deviation): try Tensor.randn(shape, using: generator) * deviation
        }
    }
}

/// The tensors of a model in memory, under their names.
///
/// `.shared` hands out the same tensors, so that several roles stand on one frozen trunk; `.copied` hands out copies, so
/// that each role can train its own. Names that the other model lacks (a score head, adapters) come from `missing`.
public struct ModelInMemory: WeightSource {
    public enum Ownership: Sendable { case shared, copied }

    private let tensors: [String: Tensor]
    private let isCopied: (String) -> Bool
    private let missing: RandomStart?

    public init(_ parameters: Parameters, _ ownership: Ownership, missing: RandomStart? = nil) {
        self.init(parameters, missing: missing) { _ in ownership == .copied }
    }

    /// Hands out copies of the tensors whose names satisfy `isCopied`, and the others themselves.
    public init(_ parameters: Parameters, missing: RandomStart? = nil, copying isCopied: @escaping (String) -> Bool) {
        tensors = Dictionary(parameters.members.map { ($0.name, $0.tensor) }) { first, _ in first }
        (self.isCopied, self.missing) = (isCopied, missing)
    }

    public var origin: String { "a model in memory" }
    public var names: [String]? { Array(tensors.keys) }

    public func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        guard let tensor = tensors[name] else {
            return try missing?.tensor(named: name, shape: shape, initial: initial)
        }
        return isCopied(name) ? try tensor.detached().copied() : tensor
    }
}

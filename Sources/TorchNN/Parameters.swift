public import Torch

/// A tensor of a model and its name in a checkpoint, such as `model.layers.0.mlp.up_proj.weight`.
public struct NamedTensor {
    public var name: String
    public var tensor: Tensor

    public init(_ name: String, _ tensor: Tensor) { (self.name, self.tensor) = (name, tensor) }
}

/// Everything a model learned, in the order in which its layers were made.
public struct Parameters {
    public private(set) var members: [NamedTensor] = []

    public init(_ members: [NamedTensor] = []) { self.members = members }

    public mutating func append(_ member: NamedTensor) { members.append(member) }

    /// The parameters that gradients are computed for.
    public var trainable: [NamedTensor] { members.filter(\.tensor.requiresGradient) }

    /// The number of numbers.
    public var elementCount: Int { members.reduce(0) { $0 + $1.tensor.count } }

    public subscript(name: String) -> Tensor? { members.first { $0.name == name }?.tensor }

    /// Those whose name satisfies `condition`.
    public func named(_ condition: (String) -> Bool) -> Parameters { Parameters(members.filter { condition($0.name) }) }

    /// Turns training on for exactly the parameters whose name satisfies `condition`.
    public func train(where condition: (String) -> Bool) throws(TorchError) {
        for member in members { try member.tensor.requireGradient(condition(member.name)) }
    }

    /// No gradient for any of them.
    public func freeze() throws(TorchError) { try train { _ in false } }

    /// Forgets all gradients.
    public func clearGradients() throws(TorchError) {
        for member in members { try member.tensor.setGradient(nil) }
    }

    /// Copies the values of `other` into these tensors, name by name; every name must be there with the same shape.
    public func assign(_ other: Parameters) throws {
        let values = Dictionary(other.members.map { ($0.name, $0.tensor) }) { first, _ in first }
        try withoutGradient {
            for member in members {
                guard let value = values[member.name], value.shape == member.tensor.shape else {
                    throw WeightsError(
                        origin: "parameters in memory",
                        problems: [.missing(name: member.name, shape: member.tensor.shape)])
                }
                try member.tensor.assign(value)
            }
        }
    }
}

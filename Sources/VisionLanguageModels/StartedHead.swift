import Torch
import TorchNN

/// A source that starts a role's head when it has none: a language model that becomes a score model or a guard.
struct StartedHead: WeightSource {
    private let head: ModelComponent
    private let base: any WeightSource
    private let start: RandomStart

    init(_ head: ModelComponent, of base: any WeightSource, seed: UInt64) throws(TorchError) {
        (self.head, self.base) = (head, base)
        start = try RandomStart(seed: seed)
    }

    var origin: String { base.origin }
    var names: [String]? { base.names }

    func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        if let tensor = try base.tensor(named: name, shape: shape, initial: initial) { return tensor }
        return ModelComponent(ofParameter: name) == head
            ? try start.tensor(named: name, shape: shape, initial: initial) : nil
    }
}

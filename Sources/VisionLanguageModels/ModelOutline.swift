import Torch
public import TorchNN

/// The parameters that a model of some configuration has, by name and shape. Nothing is read, and no memory is taken:
/// the model's own initialisers are asked, with one zero in the place of every tensor.
public struct ModelOutline: Sendable {
    public struct Parameter: Equatable, Sendable {
        public var name: String
        public var shape: [Int]

        public var count: Int { shape.reduce(1, *) }
        public var component: ModelComponent { ModelComponent(ofParameter: name) }
    }

    /// In the order in which the layers are made.
    public let parameters: [Parameter]

    /// - Parameter source: when given, its names are compared with the model's; what is missing or left over is thrown.
    public init(_ config: any ModelConfig, namesOf source: (any WeightSource)? = nil) throws {
        self.init(try VisionLanguageModel(config, OutlineSource(base: source)).parameters)
    }

    /// A score model's: a score head in place of the language head.
    public init(scoreModel config: any ModelConfig) throws {
        self.init(try ScoreModel(config, OutlineSource(base: nil)).parameters)
    }

    private init(_ parameters: Parameters) {
        self.parameters = parameters.members.map { Parameter(name: $0.name, shape: $0.tensor.shape) }
    }

    /// The number of numbers.
    public var count: Int { parameters.reduce(0) { $0 + $1.count } }

    public func count(of component: ModelComponent) -> Int {
        parameters.reduce(0) { $0 + ($1.component == component ? $1.count : 0) }
    }
}

/// Hands out zeros that take no memory, whatever their shape.
private struct OutlineSource: WeightSource {
    let origin: String
    let names: [String]?
    private let known: Set<String>?

    init(base: (any WeightSource)?) {
        (origin, names) = (base?.origin ?? "an outline", base?.names)
        known = names.map(Set.init)
    }

    func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        if let known, !known.contains(name) { return nil }
        return try Tensor.zeros([1]).expanded(shape)
    }
}

import Alignment
import Torch
import TorchNN

/// Nothing beside the tokens.
struct NoInputs: RowSelectable {
    func rows(_ range: Range<Int>) -> NoInputs { self }
}

/// A table as a network: one parameter, one optimiser, and a fault to order.
class TinyLearner: Learner {
    enum Fault { case none, gradient(Double), output(Float), outOfMemory }

    let table: Tensor
    var fault = Fault.none
    private let optimizer: AdamW
    private(set) var appliedCount = 0

    init(_ table: Tensor, learningRate: Double) throws {
        self.table = try table.copied().requireGradient()
        var config = AdamWConfig()
        config.learningRate = learningRate
        config.maximumGradientNorm = 0
        optimizer = try AdamW([NamedTensor("table", self.table)], config)
    }

    func accumulate(_ loss: Tensor) throws -> Double {
        if case .outOfMemory = fault { throw TorchError(operation: "backward", message: "out of memory") }
        try loss.backward()
        if case .gradient(let norm) = fault { return norm }
        return try optimizer.gradientNorm()
    }

    func apply() throws {
        try optimizer.step()
        appliedCount += 1
    }

    func discard() throws { try optimizer.clearGradients() }

    /// The bits of everything that a step may change.
    func digest() throws -> [[UInt32]] {
        let moments = optimizer.state().map(\.tensor)
        let gradient = try table.gradient().map { [$0] } ?? []
        return try ([table] + moments + gradient).map { try $0.floats().map(\.bitPattern) }
    }

    func damaged(_ output: Tensor) throws -> Tensor {
        guard case .output(let value) = fault else { return output }
        return try output + Tensor([value])
    }
}

/// π(next | token) = softmax(table[token]), table `[V, V]`.
final class BigramPolicy: TinyLearner, TrainablePolicy {
    func logits(_ responses: Responses<NoInputs>) throws -> Tensor {
        try response(table.embedding(responses.tokens), of: responses.spans)
    }

    func logProbs(of responses: Responses<NoInputs>) throws -> ResponseLogProbs {
        try ResponseLogProbs(logits: damaged(logits(responses)), responses)
    }
}

/// V(token) = table[token], table `[V]`.
final class TableCritic: TinyLearner, TrainableCritic {
    func values(of responses: Responses<NoInputs>) throws -> Tensor {
        try damaged(response(table.unsqueezed(1).embedding(responses.tokens).squeezed(2), of: responses.spans))
    }
}

/// A policy and two critics over a vocabulary of V = 6, started from a seed.
struct TinyNetworks {
    static let vocabulary = 6
    let policy: BigramPolicy
    let rewardCritic, costCritic: TableCritic

    init(seed: UInt64 = 7, learningRate: Double = 0.01) throws {
        let generator = try RandomGenerator(seed: seed)
        policy = try BigramPolicy(
            .randn([Self.vocabulary, Self.vocabulary], using: generator), learningRate: learningRate)
        rewardCritic = try TableCritic(.randn([Self.vocabulary], using: generator), learningRate: learningRate)
        costCritic = try TableCritic(.randn([Self.vocabulary], using: generator), learningRate: learningRate)
    }

    var learners: [TinyLearner] { [policy, rewardCritic, costCritic] }
    var actorCritic: ActorCritic<NoInputs> { ActorCritic(policy: policy, rewardCritic: rewardCritic) }
    var actorCritics: ActorCritics<NoInputs> {
        ActorCritics(policy: policy, rewardCritic: rewardCritic, costCritic: costCritic)
    }

    func digest() throws -> [[[UInt32]]] { try learners.map { try $0.digest() } }
}

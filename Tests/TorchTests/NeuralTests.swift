import Foundation
import Testing
import Torch

/// By hand; formulas beside the numbers.
@Suite("Functions of networks")
struct NeuralTests {
    init() { Engine.threadCount = 1 }

    @Test("softmax shares one among the elements of a dimension")
    func softmax() throws {
        // exp: 1, 2, 1 of 4.
        let logits = try vector(0, Float(log(2.0)), 0)
        try expect(logits.softmax(), near: [0.25, 0.5, 0.25])
        try expect(logits.logSoftmax(), near: [-log(4), -log(2), -log(4)])
        #expect(try Tensor([[5, 1], [5, 1]] as [[Float]]).softmax(dim: 0).floats() == [0.5, 0.5, 0.5, 0.5])
        #expect(try logits.to(.bfloat16).softmax(dtype: .float32).dtype == .float32)
        #expect(try logits.to(.bfloat16).logSoftmax(dtype: .float32).dtype == .float32)
    }

    @Test("activations bend at 0")
    func activations() throws {
        let x = try vector(-2, 0, 2)
        #expect(try x.relu().floats() == [0, 0, 2])
        // 2·σ(2), −2·σ(−2)
        try expect(x.silu(), near: [-2 / (1 + exp(2)), 0, 2 / (1 + exp(-2))])
        // Φ(2) = 0.97724987
        try expect(x.gelu(), near: [-2 * (1 - 0.97724987), 0, 2 * 0.97724987], within: 1e-6)
        // ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
        let bent = 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * (2 + 0.044715 * 8)))
        try expect(x.tanhGelu(), near: [-2 * (1 - bent), 0, 2 * bent])
        try expect(x.quickGelu(), near: [-2 / (1 + exp(3.404)), 0, 2 / (1 + exp(-3.404))])
    }

    @Test("a table gives the rows of its ids, and refuses others")
    func embedding() throws {
        let table = try Tensor([[0, 1], [2, 3], [4, 5]] as [[Float]])
        let found = try table.embedding(Tensor([[2, 0], [1, 1]] as [[Int64]]))
        #expect(found.shape == [2, 2, 2])
        #expect(try found.floats() == [4, 5, 0, 1, 2, 3, 2, 3])
        #expect(throws: TorchError.self) { try table.embedding(ids(3)) }
        #expect(throws: TorchError.self) { try table.embedding(ids(-1)) }
    }

    @Test("a linear map takes its weights as [out, in]")
    func linear() throws {
        let weight = try Tensor([[1, 2], [3, 4], [5, 6]] as [[Float]])
        #expect(try vector(1, 10).linear(weight).floats() == [21, 43, 65])
        #expect(try vector(1, 10).linear(weight, bias: vector(0.5, 0, -1)).floats() == [21.5, 43, 64])
    }

    @Test("norms bring a row to unit size")
    func norms() throws {
        // Mean 2, variance 1.
        try expect(vector(1, 3).layerNorm(vector(2, 2), bias: vector(0, 1), eps: 0), near: [-2, 3])
        try expect(vector(1, 3).layerNorm(vector(1, 1), bias: nil, eps: 0), near: [-1, 1])
        // √(mean of 1 and 49) = 5.
        try expect(vector(1, 7).rmsNorm(vector(5, 10), eps: 0), near: [1, 14])
    }

    @Test("a convolution with stride = kernel sees every square once")
    func convolution() throws {
        let picture = try Tensor.range(16).to(.float32).reshaped(1, 1, 4, 4)
        let sums = try picture.conv2d(Tensor.ones([1, 1, 2, 2]), bias: vector(100), stride: 2)
        #expect(sums.shape == [1, 1, 2, 2])
        #expect(try sums.floats() == [110, 118, 142, 150])
    }

    @Test("cross-entropy averages over the rows that count")
    func crossEntropy() throws {
        let logits = try Tensor([[0, 0], [0, Float(log(3.0))], [9, -9]] as [[Float]])
        // −log ½ and −log ¾; the third row does not count.
        try expect(logits.crossEntropy(ids(0, 1, -100)), near: [(log(2) + log(4.0 / 3)) / 2])
        #expect(throws: TorchError.self) { try logits.crossEntropy(ids(0, 2, 0)) }
    }

    @Test("binary cross-entropy compares logits with targets")
    func binaryCrossEntropy() throws {
        // σ(0) = ½ against 1 and against ½: both log 2.
        try expect(vector(0, 0).binaryCrossEntropy(vector(1, 0.5)), near: [log(2)])
    }

    @Test("sampling follows the weights and the generator")
    func sampling() throws {
        let generator = try RandomGenerator(seed: 5)
        let weights = try Tensor([[0, 1, 0], [3, 0, 1]] as [[Float]]).repeated(4000, dim: 0)
        let draws = try weights.sampled(using: generator)
        #expect(draws.shape == [8000, 1])
        let values = try draws.integers()
        #expect(values.prefix(4000).allSatisfy { $0 == 1 })
        // 4,000 draws at 3/4 deviate by 0.0068; six deviations.
        let share = Double(values.suffix(4000).count { $0 == 0 }) / 4000
        #expect(abs(share - 0.75) < 0.042)
        #expect(!values.suffix(4000).contains(1))
    }
}

/// By law, against the formula written out with matmul and softmax.
@Suite("Attention")
struct AttentionTests {
    private let queries, keys, values: Tensor

    init() throws {
        Engine.threadCount = 1
        let generator = try RandomGenerator(seed: 11)
        queries = try Tensor.randn([2, 4, 3, 8], using: generator)
        keys = try Tensor.randn([2, 2, 5, 8], using: generator)
        values = try Tensor.randn([2, 2, 5, 8], using: generator)
    }

    /// softmax(Q·Kᵀ / √E + bias)·V with key-value heads repeated.
    private func formula(_ queries: Tensor, bias: Tensor) throws -> Tensor {
        let (keys, values) = (try keys.repeated(2, dim: 1), try values.repeated(2, dim: 1))
        let scores = try queries.matmul(keys.transposed(2, 3)) / 8.0.squareRoot() + bias
        return try scores.softmax().matmul(values)
    }

    private func distance(_ left: Tensor, _ right: Tensor) throws -> Double { try (left - right).abs().max().item() }

    @Test("is the formula, key-value heads shared by groups of queries")
    func plain() throws {
        let expected = try formula(queries, bias: Tensor.zeros([]))
        #expect(try distance(scaledDotProductAttention(queries, keys, values, .none), expected) < 1e-6)
    }

    @Test("looks where a mask says, as bool or as an addend")
    func masked() throws {
        let allowed = try Tensor.ones([3, 5]).lowerTriangle(diagonal: 2).equals(1)
        let addend = try Tensor.zeros([3, 5]).filled(-.infinity, where: allowed.not())
        let expected = try formula(queries, bias: addend)
        #expect(try distance(scaledDotProductAttention(queries, keys, values, .tensor(allowed)), expected) < 1e-6)
        #expect(try distance(scaledDotProductAttention(queries, keys, values, .tensor(addend)), expected) < 1e-6)
    }

    @Test("sees no later key when causal")
    func causal() throws {
        let square = try concatenated([queries, queries.sliced(2, 0..<2)], dim: 2)
        let allowed = try Tensor.ones([5, 5]).lowerTriangle().equals(1)
        let addend = try Tensor.zeros([5, 5]).filled(-.infinity, where: allowed.not())
        let found = try scaledDotProductAttention(square, keys, values, .causal)
        #expect(try distance(found, formula(square, bias: addend)) < 1e-6)
    }
}

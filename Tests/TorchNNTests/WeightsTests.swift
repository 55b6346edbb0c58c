import Testing
import Torch

@testable import TorchNN

/// By hand.
@Suite("Weights")
struct WeightsTests {
    init() { Engine.threadCount = 1 }

    private func checkpoint() throws -> TensorsByName {
        TensorsByName([
            "model.layers.0.up.weight": try Tensor.zeros([4, 2]), "model.layers.0.up.bias": try Tensor.ones([4]),
            "model.layers.1.up.weight": try Tensor.ones([4, 2], dtype: .bfloat16),
            "lm_head.weight": try Tensor.zeros([5, 2]),
        ])
    }

    @Test("are found by path, in the order in which they are asked for")
    func paths() throws {
        let weights = Weights(try checkpoint())
        let layer = weights["model"]["layers"][0]["up"]
        _ = try layer.parameter("bias", [4])
        _ = try layer.parameter("weight", [4, 2])
        _ = try weights["model.layers.1.up"].parameter("weight", [4, 2])
        #expect(layer.has("bias") && !weights["model"].has("bias"))
        let parameters = try weights.finish { $0 == "lm_head.weight" }
        #expect(parameters.members.map(\.name) == [
            "model.layers.0.up.bias", "model.layers.0.up.weight", "model.layers.1.up.weight",
        ])
        #expect(parameters.elementCount == 20)
        #expect(parameters["model.layers.0.up.bias"]?.shape == [4])
        #expect(parameters["bias"] == nil)
    }

    @Test("that are missing, misshapen or left over are all listed in one error")
    func problems() throws {
        let weights = Weights(try checkpoint())
        let layer = weights["model.layers"][0]["up"]
        #expect(try layer.parameter("weight", [2, 4]).shape == [2, 4])
        #expect(try layer.parameter("scale", [7]).shape == [7])
        _ = try layer.parameter("bias", [4])
        let error = try #require(throws: WeightsError.self) { try weights.finish() }
        #expect(error.problems == [
            .misshapen(name: "model.layers.0.up.weight", found: [4, 2], expected: [2, 4]),
            .missing(name: "model.layers.0.up.scale", shape: [7]),
            .leftOver(name: "lm_head.weight"), .leftOver(name: "model.layers.1.up.weight"),
        ])
        #expect(error.description == """
            test weights does not fit the model its config describes (4 tensors):
              misshapen  model.layers.0.up.weight: found [4, 2], expected [2, 4]
              missing    model.layers.0.up.scale [7]
              left over  lm_head.weight
              left over  model.layers.1.up.weight
            Check that config.json belongs to these weights.
            """)
    }

    @Test("that two layers share can be ignored under their other name")
    func tied() throws {
        let weights = Weights(TensorsByName(["embed.weight": try Tensor.zeros([2, 2]), "head.weight": try Tensor.zeros([2, 2])]))
        _ = try Embedding(2, 2, weights["embed"])
        weights["head"].ignore("weight")
        #expect(try weights.finish().members.count == 1)
    }

    @Test("are converted to one type, or keep their own")
    func types() throws {
        func dtypes(_ dtype: DType?) throws -> [DType] {
            let weights = Weights(try checkpoint(), dtype: dtype)
            let layers = weights["model"]["layers"]
            return [
                try layers[0]["up"].parameter("weight", [4, 2]).dtype, try layers[1]["up"].parameter("weight", [4, 2]).dtype,
            ]
        }
        #expect(try dtypes(.float32) == [.float32, .float32])
        #expect(try dtypes(.bfloat16) == [.bfloat16, .bfloat16])
        #expect(try dtypes(nil) == [.float32, .bfloat16])
    }

    @Test("that start at random are the same for the same seed, and as the layers ask")
    func randomStart() throws {
        func start(_ seed: UInt64) throws -> [[Float]] {
            let weights = Weights(try RandomStart(seed: seed))
            let linear = try Linear(64, 64, bias: true, weights["linear"])
            let norm = try RMSNorm(3, eps: 1e-6, weights["norm"])
            return [try linear.weight.floats(), try linear.bias?.floats() ?? [], try norm.weight.floats()]
        }
        let first = try start(1)
        #expect(try start(1) == first)
        #expect(try start(2) != first)
        #expect(first[1] == [Float](repeating: 0, count: 64))
        #expect(first[2] == [1, 1, 1])
        // N(0, 0.02²): 4,096 draws, deviation of the deviation 0.0002; six of them.
        let deviation = (first[0].reduce(0) { $0 + $1 * $1 } / 4096).squareRoot()
        #expect(abs(deviation - 0.02) < 0.0014)
    }

    @Test("of a model in memory are shared, or copied; what it lacks starts at random")
    func modelInMemory() throws {
        let weight = try Tensor([[1, 2], [3, 4]] as [[Float]])
        let parameters = Parameters([NamedTensor("trunk.weight", weight)])
        let shared = Weights(ModelInMemory(parameters, .shared))
        let copied = Weights(ModelInMemory(parameters, .copied, missing: try RandomStart(seed: 1)))
        let (same, copy) = (
            try Linear(2, 2, bias: false, shared["trunk"]).weight, try Linear(2, 2, bias: false, copied["trunk"]).weight)
        let head = try Linear(2, 1, bias: false, copied["score"])
        #expect(same === weight && copy !== weight)
        try weight.fillWithZeros()
        #expect(try same.sum().item() == 0)
        #expect(try copy.sum().item() == 10)
        #expect(try head.weight.abs().sum().item() > 0)
        #expect(try copied.finish().members.map(\.name) == ["trunk.weight", "score.weight"])

        _ = try shared["score"].parameter("weight", [1, 2])
        #expect(throws: WeightsError.self) { try shared.finish() }
    }
}

/// By hand.
@Suite("Parameters")
struct ParametersTests {
    private let parameters: Parameters
    private let weight, bias: Tensor

    init() throws {
        Engine.threadCount = 1
        (weight, bias) = (try vector(1, 2), try vector(3))
        parameters = Parameters([NamedTensor("a.weight", weight), NamedTensor("a.bias", bias)])
    }

    @Test("are trained by name, and frozen")
    func training() throws {
        #expect(parameters.trainable.isEmpty)
        try parameters.train { $0.hasSuffix("weight") }
        #expect(parameters.trainable.map(\.name) == ["a.weight"])
        try parameters.train { $0.hasSuffix("bias") }
        #expect(parameters.trainable.map(\.name) == ["a.bias"])
        try parameters.freeze()
        #expect(parameters.trainable.isEmpty)
    }

    @Test("are narrowed down by name")
    func named() {
        #expect(parameters.named { $0.contains("bias") }.members.map(\.name) == ["a.bias"])
    }

    @Test("forget their gradients")
    func gradients() throws {
        try parameters.train { _ in true }
        try (weight.sum() + bias.sum()).backward()
        #expect(try weight.gradient() != nil)
        try parameters.clearGradients()
        #expect(try weight.gradient() == nil)
    }

    @Test("take over the values of others, name by name")
    func assignment() throws {
        try parameters.train { _ in true }
        try parameters.assign(Parameters([NamedTensor("a.bias", vector(30)), NamedTensor("a.weight", vector(10, 20))]))
        #expect(try weight.floats() == [10, 20])
        #expect(try bias.floats() == [30])
        #expect(weight.requiresGradient)
        #expect(throws: WeightsError.self) { try parameters.assign(Parameters([NamedTensor("a.weight", vector(1, 2))])) }
        #expect(throws: WeightsError.self) {
            try parameters.assign(Parameters([NamedTensor("a.weight", vector(1)), NamedTensor("a.bias", vector(1))]))
        }
    }
}

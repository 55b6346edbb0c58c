import Foundation
import Testing
import Torch

@testable import TorchNN

@Suite("A linear layer with an adapter")
struct LoRATests {
    private var config = LoRAConfig()
    private let base: TensorsByName
    private let x: Tensor

    init() throws {
        Engine.threadCount = 1
        config.rank = 2
        config.alpha = 8
        config.targets = ["q_proj"]
        base = TensorsByName([
            "q_proj.weight": try normal([3, 4], seed: 1), "q_proj.bias": try normal([3], seed: 2),
            "k_proj.weight": try normal([3, 4], seed: 3),
        ])
        x = try normal([5, 4], seed: 4)
    }

    private func layer(_ source: any WeightSource, dtype: DType = .float32) throws -> (layer: Linear, parameters: Parameters) {
        let weights = Weights(source, dtype: dtype, adapters: config)
        let layer = try Linear(4, 3, bias: true, weights["q_proj"])
        return (layer, try weights.finish { $0.hasPrefix("k_proj") })
    }

    /// The base and an adapter whose B is not zero.
    private func trained() throws -> TensorsByName {
        var source = base
        source.tensors["q_proj.lora_A.weight"] = try normal([2, 4], seed: 5)
        source.tensors["q_proj.lora_B.weight"] = try normal([3, 2], seed: 6)
        return source
    }

    private func plain() throws -> Tensor {
        try Linear(4, 3, bias: true, Weights(base)["q_proj"])(x)
    }

    @Test("is the plain layer, bit by bit, while B is zero")
    func identity() throws {
        let (layer, parameters) = try layer(base)
        #expect(try layer(x).floats() == plain().floats())
        #expect(parameters.members.map(\.name) == [
            "q_proj.weight", "q_proj.bias", "q_proj.lora_A.weight", "q_proj.lora_B.weight",
        ])
        #expect(try parameters["q_proj.lora_A.weight"]?.abs().sum().item() != 0)
    }

    @Test("gets one only when its name is among the targets")
    func targets() throws {
        let weights = Weights(base, adapters: config)
        #expect(try Linear(4, 3, bias: false, weights["k_proj"]).adapter == nil)
        #expect(try Linear(4, 3, bias: false, weights["q_proj"]).adapter != nil)
    }

    @Test("starts A by the config's seed and the layer's name, whatever the order")
    func seeds() throws {
        func start(_ seed: UInt64) throws -> [Float] {
            var other = self
            other.config.seed = seed
            return try other.layer(base).parameters["q_proj.lora_A.weight"]?.floats() ?? []
        }
        #expect(try start(1) == start(1))
        #expect(try start(1) != start(2))
        var both = config
        both.targets = ["q_proj", "k_proj"]
        let weights = Weights(base, adapters: both)
        let second = try Linear(4, 3, bias: false, weights["k_proj"]), first = try Linear(4, 3, bias: false, weights["q_proj"])
        #expect(try first.adapter?.down.floats() == start(42))
        #expect(try second.adapter?.down.floats() != start(42))
    }

    /// By hand: α/r = 4.
    @Test("adds (α/r)·x·Aᵀ·Bᵀ")
    func formula() throws {
        let source = try trained()
        let (a, b) = (try #require(source.tensors["q_proj.lora_A.weight"]), try #require(source.tensors["q_proj.lora_B.weight"]))
        let expected = try plain() + x.matmul(a.transposed(0, 1)).matmul(b.transposed(0, 1)) * 4
        #expect(try distance(layer(source).layer(x), expected) < 1e-5)
    }

    @Test("keeps its outputs when the adapter is folded into the weight", arguments: [DType.float32, .bfloat16])
    func folding(dtype: DType) throws {
        let (layer, _) = try layer(trained(), dtype: dtype)
        let input = try x.to(dtype)
        let before = try layer(input)
        try layer.foldAdapter()
        // Folded twice is folded once.
        try layer.foldAdapter()
        #expect(try layer.adapter?.up.abs().sum().item() == 0)
        // Outputs are about 10; bfloat16 keeps 8 bits.
        #expect(try distance(layer(input), before) < (dtype == .float32 ? 1e-5 : 0.5))
    }

    @Test("trains the adapter alone; the frozen base has no gradient")
    func training() throws {
        let (layer, parameters) = try layer(trained())
        try parameters.train(where: LoRAConfig.isAdapter)
        try layer(x).squared().sum().backward()
        for member in parameters.members {
            let isAdapter = LoRAConfig.isAdapter(member.name)
            #expect(try (member.tensor.gradient() != nil) == isAdapter, "\(member.name)")
        }
    }

    @Test("moves B first: with B zero the gradient of A is zero")
    func firstGradient() throws {
        let (layer, parameters) = try layer(base)
        try parameters.train(where: LoRAConfig.isAdapter)
        try layer(x).squared().sum().backward()
        #expect(try parameters["q_proj.lora_A.weight"]?.gradient()?.abs().max().item() == 0)
        let gradient = try parameters["q_proj.lora_B.weight"]?.gradient()
        #expect(try #require(gradient).abs().max().item() > 0)
    }

    @Test("is saved and read under its names")
    func roundTrip() throws {
        let (layer, parameters) = try layer(trained())
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try Safetensors.write(parameters.members.map { ($0.name, $0.tensor) }, to: url)
        let read = try self.layer(FileTensors(file: SafetensorsFile(url))).layer
        #expect(try read(x).floats() == layer(x).floats())
    }

    @Test("under checkpointing has the gradients of the plain call")
    func checkpointing() throws {
        func gradients(_ run: (Linear) throws -> Tensor) throws -> [[Float]] {
            let (layer, parameters) = try layer(trained())
            try parameters.train(where: LoRAConfig.isAdapter)
            try run(layer).squared().sum().backward()
            return try parameters.trainable.map { try $0.tensor.gradient()?.floats() ?? [] }
        }
        let plain = try gradients { try $0(x).tanh() }
        let again = try gradients { layer in try checkpointed([x]) { try layer($0[0]).tanh() } }
        #expect(plain == again)
        #expect(plain.map(\.count) == [8, 6])
    }
}

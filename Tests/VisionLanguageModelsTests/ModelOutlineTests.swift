import Testing
import Torch
import TorchNN

@testable import VisionLanguageModels

@Suite("A model's outline")
struct ModelOutlineTests {
    /// By hand, LLaVA-1.5-7B. CLIP ViT-L/14 at 336 pixels: class token 1,024, patches 3·14·14·1,024, 577 positions, two
    /// norms, 24 layers of 4·(1,024² + 1,024) + 2·1,024·4,096 + 4,096 + 1,024 + 4·1,024. Projector: 1,024·4,096 + 4,096² and two
    /// biases. Llama: 2·32,064·4,096, 32 layers of 4·4,096² + 3·4,096·11,008 + 2·4,096, one norm.
    static let llava7B: LLaVAConfig = {
        var config = LLaVAConfig()
        (config.text.vocabularySize, config.text.maximumPositions) = (32_064, 4096)
        return config
    }()

    @Test("of seven billion parameters is counted exactly, without memory for them")
    func counts() throws {
        let outline = try ModelOutline(Self.llava7B)
        #expect(outline.count(of: .visionTower) == 303_507_456)
        #expect(outline.count(of: .projector) == 20_979_712)
        #expect(outline.count(of: .languageHead) == 131_334_144)
        #expect(outline.count == 7_063_427_072)
        let score = try ModelOutline(scoreModel: Self.llava7B)
        #expect(score.count == 7_063_427_072 - 131_334_144 + 4096)
    }

    @Test("has the names and shapes of the model", arguments: Recorded.names)
    func names(name: String) throws {
        let model = try Recorded(name).model()
        let outline = try ModelOutline(model.config)
        #expect(outline.parameters.map(\.name) == model.parameters.members.map(\.name))
        #expect(outline.parameters.map(\.shape) == model.parameters.members.map(\.tensor.shape))
    }

    @Test("tells names that are missing or left over")
    func strangers() throws {
        let model = try Recorded("tied").model()
        let some = Parameters(
            Array(model.parameters.members.dropFirst()) + [NamedTensor("stranger", try Tensor.zeros([1]))])
        let error = try #require(throws: WeightsError.self) {
            try ModelOutline(model.config, namesOf: ModelInMemory(some, .shared))
        }
        #expect(error.problems.count == 2)
    }

    /// By hand, LLaVA-1.5-7B in bfloat16: 2 bytes a number.
    @Test("gives the bytes of weights, adapters, cache and activations")
    func memory() throws {
        let memory = ModelMemory(Self.llava7B, try ModelOutline(Self.llava7B), dtype: .bfloat16)
        #expect(memory.weights == 14_126_854_144)
        var adapters = LoRAConfig()
        adapters.rank = 16
        #expect(memory.adapterCount(adapters) == 32 * 2 * 16 * (4096 + 4096))
        adapters.targets = ["gate_proj", "down_proj"]
        #expect(memory.adapterCount(adapters) == 32 * 2 * 16 * (4096 + 11_008))
        // 2 (keys and values) · 32 layers · 32 heads · 128 · 2 bytes = 512 KiB a token
        #expect(memory.keyValueCache(rows: 8, tokens: 1152) == 524_288 * 8 * 1152)
        #expect(memory.logits(positions: 10, training: false) == 10 * 32_064 * 4)
        // 4·4,096 + 2·(4,096 + 4,096) + 4·11,008 = 76,800 numbers a layer and token
        #expect(memory.activations(tokens: 100, recomputing: false) == 100 * 32 * 76_800 * 2)
        #expect(memory.activations(tokens: 100, recomputing: true) == 100 * (32 * 4096 + 76_800) * 2)
        #expect(memory.keyValueCache(rows: .max, tokens: .max) == 1 << 56)
    }
}

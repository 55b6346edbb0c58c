import Foundation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("Adapters")
struct AdapterTests {
    private var config: LoRAConfig {
        var config = LoRAConfig()
        (config.rank, config.alpha, config.targets) = (2, 6, ["q_proj", "v_proj", "down_proj", "linear_1"])
        return config
    }

    private func inputs(_ trunk: Trunk) throws -> ModelInputs {
        let features = try trunk.visionFeatures(pictures(Tensor.randn([1, 3, 8, 8], using: RandomGenerator(seed: 9))))
        return try batch([[1, 3, 3, 3, 3, 8, 9], [1, 12, 13]], features: features, padding: .right)
    }

    /// As if it had been trained: B is not zero any more.
    private func train(_ parameters: Parameters) throws {
        let generator = try RandomGenerator(seed: 3)
        for member in parameters.members where member.name.hasSuffix("lora_B.weight") {
            try member.tensor.assign(Tensor.randn(member.tensor.shape, using: generator) * 0.3)
        }
    }

    private func adapted() throws -> VisionLanguageModel {
        try VisionLanguageModel(.tiny, RandomStart(seed: 1), adapters: config)
    }

    @Test("are in the decoder's named layers and nowhere else")
    func places() throws {
        let names = try adapted().parameters.members.map(\.name).filter(LoRAConfig.isAdapter)
        #expect(names.count == 2 * 3 * 2)
        #expect(names.allSatisfy { ModelComponent(ofParameter: $0) == .languageModel })
    }

    @Test("change nothing until they are trained")
    func start() throws {
        let (plain, adapted) = (try VisionLanguageModel(.tiny, RandomStart(seed: 1)), try adapted())
        #expect(try distance(plain.hiddenStates(inputs(plain.trunk)), adapted.hiddenStates(inputs(adapted.trunk))) == 0)
        try train(adapted.parameters)
        #expect(
            try distance(plain.hiddenStates(inputs(plain.trunk)), adapted.hiddenStates(inputs(adapted.trunk))) > 1e-3)
    }

    @Test("are absent from the reference that shares the policy's trunk")
    func reference() throws {
        let (plain, policy) = (try VisionLanguageModel(.tiny, RandomStart(seed: 1)), try adapted())
        try train(policy.parameters)
        let reference = try VisionLanguageModel(policy.config, ModelInMemory(policy.parameters, .shared))
        #expect(!reference.parameters.members.contains { LoRAConfig.isAdapter($0.name) })
        #expect(
            try distance(reference.hiddenStates(inputs(reference.trunk)), plain.hiddenStates(inputs(plain.trunk))) == 0)
    }

    /// Tolerance 1e-5: W·x + B·(A·x) against (W + B·A)·x in float32.
    @Test("merged into the weights give the same outputs, and then add nothing")
    func merging() throws {
        let model = try adapted()
        try train(model.parameters)
        let before = try model.hiddenStates(inputs(model.trunk))
        try model.mergeAdapters()
        #expect(try distance(model.hiddenStates(inputs(model.trunk)), before) < 1e-5)
        let plain = try VisionLanguageModel(model.config, ModelInMemory(model.parameters, .copied))
        #expect(try distance(plain.hiddenStates(inputs(plain.trunk)), before) < 1e-5)
    }

    @Test("are in the weights of a saved model, which stays a plain one, while the model in memory keeps them apart")
    func saving() throws {
        let model = try adapted()
        try train(model.parameters)
        let before = try model.hiddenStates(inputs(model.trunk))
        try withTemporaryFolder { folder in
            try model.save(to: folder)
            let saved = try VisionLanguageModel.load(folder)
            #expect(!saved.parameters.members.contains { LoRAConfig.isAdapter($0.name) })
            #expect(try distance(saved.hiddenStates(inputs(saved.trunk)), before) < 1e-5)
        }
        #expect(try distance(model.hiddenStates(inputs(model.trunk)), before) == 0)
    }

    @Test("saved alone and loaded on their base are the same")
    func roundTrip() throws {
        let (base, model) = (try VisionLanguageModel(.tiny, RandomStart(seed: 1)), try adapted())
        try train(model.parameters)
        try withTemporaryFolder { folder in
            let adapterFolder = folder.appending(path: "adapter")
            try FileManager.default.createDirectory(at: adapterFolder, withIntermediateDirectories: false)
            try base.save(to: folder)
            try model.saveAdapters(to: adapterFolder, baseModel: "tiny")
            let loaded = try VisionLanguageModel.load(folder, adaptersIn: adapterFolder)
            #expect(loaded.parameters.members.map(\.name) == model.parameters.members.map(\.name))
            #expect(
                try distance(loaded.hiddenStates(inputs(loaded.trunk)), model.hiddenStates(inputs(model.trunk))) == 0)
        }
    }

    @Test("of a score model go with its head")
    func scoreModel() throws {
        let base = try VisionLanguageModel(.tiny, RandomStart(seed: 1))
        let model = try ScoreModel(.tiny, ModelInMemory(base.parameters, .copied), adapters: config, headSeed: 77)
        try train(model.parameters)
        try withTemporaryFolder { folder in
            let adapterFolder = folder.appending(path: "adapter")
            try FileManager.default.createDirectory(at: adapterFolder, withIntermediateDirectories: false)
            try base.save(to: folder)
            try model.saveAdapters(to: adapterFolder, baseModel: "tiny")
            let loaded = try ScoreModel.load(folder, adaptersIn: adapterFolder)
            #expect(try distance(loaded.endScores(inputs(loaded.trunk)), model.endScores(inputs(model.trunk))) == 0)
        }
    }

    @Test("of a kind that computes something else are refused, by setting and value")
    func refused() throws {
        let recorded = try Recorded("grouped")
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                at: recorded.folder.appending(path: "adapter/adapter_model.safetensors"),
                to: folder.appending(path: "adapter_model.safetensors"))
            let settings =
                #"{"peft_type": "LORA", "r": 2, "lora_alpha": 6, "use_rslora": true, "rank_pattern": {"q_proj": 4}}"#
            try settings.write(to: folder.appending(path: "adapter_config.json"), atomically: true, encoding: .utf8)
            let error = #expect(throws: ModelConfigError.self) {
                try VisionLanguageModel.load(recorded.folder, adaptersIn: folder)
            }
            #expect(error?.problems.count == 2)
            #expect(error?.problems.contains("use_rslora: found true, expected false") ?? false)
        }
    }

    @Test("that the model has no layers for are listed, and a missing one too")
    func misfit() throws {
        let recorded = try Recorded("grouped")
        let file = try SafetensorsFile(recorded.folder.appending(path: "adapter/adapter_model.safetensors"))
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                at: recorded.folder.appending(path: "adapter/adapter_config.json"),
                to: folder.appending(path: "adapter_config.json"))
            let tensors = try file.names.map { name in
                (
                    name: name.replacingOccurrences(of: "layers.1.self_attn.q_proj", with: "layers.7.self_attn.q_proj"),
                    tensor: try file.tensor(name)
                )
            }
            try Safetensors.write(tensors, to: folder.appending(path: "adapter_model.safetensors"))
            let error = #expect(throws: WeightsError.self) {
                try VisionLanguageModel.load(recorded.folder, adaptersIn: folder)
            }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("missing    language_model.model.layers.1.self_attn.q_proj.lora_A.weight"))
            #expect(text.contains("left over  language_model.model.layers.7.self_attn.q_proj.lora_B.weight"))
        }
    }
}

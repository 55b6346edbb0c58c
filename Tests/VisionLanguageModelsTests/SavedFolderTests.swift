import Conversations
import Foundation
import ImageProcessing
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("A saved model folder")
struct SavedFolderTests {
    @Test("loads as the same model", arguments: Recorded.names, [DType.float32, .bfloat16])
    func roundTrip(name: String, dtype: DType) throws {
        let model = try Recorded(name).model(dtype)
        try withTemporaryFolder { folder in
            try model.save(to: folder)
            let read = try VisionLanguageModel.load(folder, dtype: dtype)
            #expect(read.config.json == model.config.json)
            #expect(read.parameters.members.map(\.name) == model.parameters.members.map(\.name))
            for (left, right) in zip(read.parameters.members, model.parameters.members) {
                #expect(try distance(left.tensor, right.tensor) == 0)
            }
        }
    }

    @Test("of a score model has its head, and loads with nothing missing")
    func scoreModel() throws {
        let model = try Recorded("tied").scoreModel()
        try withTemporaryFolder { folder in
            try model.save(to: folder)
            let read = try ScoreModel.load(folder, headSeed: nil)
            let head = try #require(read.parameters["score_head.weight"])
            #expect(try distance(head, Recorded("tied").tensor("score_head")) == 0)
        }
    }

    /// By golden, live: needs SAFE_RLHF_V_PYTHON, a Python with transformers and peft.
    @Test(
        "gives transformers the same logits, tokens and pixels",
        .enabled(if: python != nil, "SAFE_RLHF_V_PYTHON names no Python with transformers and peft: NOT CHECKED"),
        arguments: Recorded.names)
    func transformers(name: String) throws {
        let recorded = try Recorded(name)
        let (processor, tiny) = try ProcessorTests.make()
        var config = try LLaVAConfig(readingFrom: recorded.folder)
        (config.text.vocabularySize, config.imageTokenID) = (tiny.text.vocabularySize, tiny.imageTokenID)
        config.text.initializerRange = 0.3
        var adapters = LoRAConfig()
        (adapters.rank, adapters.targets) = (2, ["q_proj", "gate_proj"])
        let model = try VisionLanguageModel(config, RandomStart(seed: 4))
        let adapted = try VisionLanguageModel(config, ModelInMemory(model.parameters, .shared), adapters: adapters)
        let generator = try RandomGenerator(seed: 5)
        for member in adapted.parameters.members where member.name.hasSuffix("lora_B.weight") {
            try member.tensor.assign(Tensor.randn(member.tensor.shape, using: generator) * 0.3)
        }

        try withTemporaryFolder { folder in
            try model.save(to: folder)
            try Processor(processor.tokenizer, ProcessorTests.pictures, config).save(to: folder)
            let adapterFolder = folder.appending(path: "adapter")
            try FileManager.default.createDirectory(at: adapterFolder, withIntermediateDirectories: false)
            try adapted.saveAdapters(to: adapterFolder, baseModel: folder.path)
            try writeProbe(config, model, adapted, to: folder)
            try writeConversation(Processor(readingFrom: folder), to: folder)
            let (status, output) = try runPython("check_llava.py", folder.path)
            #expect(status == 0, "\(output)")
        }
    }

    private func writeProbe(
        _ config: LLaVAConfig, _ model: VisionLanguageModel, _ adapted: VisionLanguageModel, to folder: URL
    ) throws {
        let picture = [Int32](repeating: config.imageTokenID, count: config.featureCount)
        let rows: [[Int32]] = [[1, 70] + picture + [80, 81], [1] + picture + [90]]
        let pixels = try Tensor.randn([2, 3, 8, 8], using: RandomGenerator(seed: 6))
        let inputs = try batch(rows, features: model.trunk.visionFeatures(pictures(pixels)), padding: .right)
        try Safetensors.write(
            [
                ("tokens", inputs.tokens), ("lengths", try Tensor(rows.map { Int64($0.count) })), ("pixels", pixels),
                ("logits", try model.logits(model.hiddenStates(inputs))),
                ("adapter_logits", try adapted.logits(adapted.hiddenStates(inputs))),
            ], to: folder.appending(path: "probe.safetensors"))
    }

    private func writeConversation(_ processor: Processor, to folder: URL) throws {
        let picture = try ProcessorTests.picture()
        try Data(picture.bytes).write(to: folder.appending(path: "picture.png"))
        let conversation = Conversation(
            messages: [Message(role: .user, parts: [.image(picture), .text("what is on the picture")])])
        let sample = try processor.encode(conversation, addGenerationPrompt: true)
        let pixels = try processor.pictureInput(picture)
        try Safetensors.write(
            [
                ("tokens", try Tensor(sample.tokens).to(.int64)),
                ("pixel_values", try Tensor(pixels.values, shape: Array(pixels.shape.dropFirst()))),
            ], to: folder.appending(path: "encoded.safetensors"))
    }
}

import Foundation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("Weights of a model folder")
struct WeightsTests {
    /// Writes a folder with the config of a recorded one, and its weights after `change`.
    private func withFolder(
        _ name: String = "grouped", _ change: (inout [(name: String, tensor: Tensor)]) throws -> Void,
        _ body: (URL) throws -> Void
    ) throws {
        let recorded = try Recorded(name)
        let file = try SafetensorsFile(recorded.folder.appending(path: "model.safetensors"))
        var tensors = try file.names.map { (name: $0, tensor: try file.tensor($0)) }
        try change(&tensors)
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                at: recorded.folder.appending(path: "config.json"), to: folder.appending(path: "config.json"))
            try Safetensors.write(tensors, to: folder.appending(path: "model.safetensors"))
            try body(folder)
        }
    }

    private func renamed(_ name: String, _ rules: [(String, String)]) -> String {
        for (old, new) in rules where name.hasPrefix(old) { return new + name.dropFirst(old.count) }
        return name
    }

    @Test(
        "are found under every generation of names",
        arguments: [
            // Published with LLaVA-1.5: the tower one level deeper.
            [("vision_tower.", "vision_tower.vision_model.")],
            // The module tree of newer versions.
            [
                ("language_model.model.", "model.language_model."), ("language_model.lm_head.", "lm_head."),
                ("vision_tower.", "model.vision_tower."), ("multi_modal_projector.", "model.multi_modal_projector."),
            ],
            // The same, with the older tower.
            [
                ("language_model.model.", "model.language_model."), ("language_model.lm_head.", "lm_head."),
                ("vision_tower.", "model.vision_tower.vision_model."),
                ("multi_modal_projector.", "model.multi_modal_projector."),
            ],
        ])
    func generations(rules: [(String, String)]) throws {
        try withFolder("grouped", { $0 = $0.map { (renamed($0.name, rules), $0.tensor) } }) { folder in
            let (model, expected) = (try VisionLanguageModel.load(folder), try Recorded("grouped").model())
            #expect(model.parameters.members.map(\.name) == expected.parameters.members.map(\.name))
            for (left, right) in zip(model.parameters.members, expected.parameters.members) {
                #expect(try distance(left.tensor, right.tensor) == 0)
            }
        }
    }

    @Test("that are missing, misshapen or left over are all listed, with found and expected shapes")
    func problems() throws {
        let change: (inout [(name: String, tensor: Tensor)]) throws -> Void = { tensors in
            tensors.removeAll { $0.name == "language_model.model.norm.weight" }
            for index in tensors.indices where tensors[index].name == "multi_modal_projector.linear_1.bias" {
                tensors[index].tensor = try Tensor.zeros([5])
            }
            tensors.append(
                (name: "language_model.model.layers.2.mlp.up_proj.weight", tensor: try Tensor.zeros([2, 2])))
        }
        try withFolder("grouped", change) { folder in
            do {
                _ = try VisionLanguageModel.load(folder)
                Issue.record("loaded")
            } catch let error as WeightsError {
                #expect(
                    Set(error.problems.map { "\($0)" })
                        == Set(
                            [
                                WeightsError.Problem.missing(name: "language_model.model.norm.weight", shape: [16]),
                                .misshapen(name: "multi_modal_projector.linear_1.bias", found: [5], expected: [16]),
                                .leftOver(name: "language_model.model.layers.2.mlp.up_proj.weight"),
                            ].map { "\($0)" }))
            }
        }
    }

    @Test("may hold the buffers of older versions")
    func buffers() throws {
        let change: (inout [(name: String, tensor: Tensor)]) throws -> Void = { tensors in
            tensors.append(
                (name: "vision_tower.vision_model.embeddings.position_ids", tensor: try Tensor.range(5).reshaped(1, 5)))
            tensors.append(
                (name: "language_model.model.layers.0.self_attn.rotary_emb.inv_freq", tensor: try Tensor.zeros([2])))
        }
        try withFolder("grouped", change) { _ = try VisionLanguageModel.load($0) }
    }

    @Test("without a language head make a model only where embeddings are tied")
    func languageHead() throws {
        try withFolder("grouped", { $0.removeAll { $0.name.contains("lm_head") } }) { folder in
            #expect(throws: WeightsError.self) { try VisionLanguageModel.load(folder) }
            _ = try ScoreModel.load(folder)
        }
        let tied = try Recorded("tied").model()
        #expect(!tied.parameters.members.contains { ModelComponent(ofParameter: $0.name) == .languageHead })
    }

    @Test("of a language model start a score head by its seed, or miss it when the model is to be used")
    func scoreHead() throws {
        let folder = try Recorded("grouped").folder
        let heads = try [UInt64(1), 1, 2].map { seed in
            let model = try ScoreModel.load(folder, headSeed: seed)
            return try #require(model.parameters["score_head.weight"])
        }
        #expect(try distance(heads[0], heads[1]) == 0)
        #expect(try distance(heads[0], heads[2]) > 0)
        #expect(throws: WeightsError.self) { try ScoreModel.load(folder, headSeed: nil) }
    }

    @Test("start the same from the same seed, every matrix random, norms one, biases zero")
    func randomStart() throws {
        let (first, second) = (
            try VisionLanguageModel(.tiny, RandomStart(seed: 5)), try VisionLanguageModel(.tiny, RandomStart(seed: 5))
        )
        for (left, right) in zip(first.parameters.members, second.parameters.members) {
            #expect(try distance(left.tensor, right.tensor) == 0)
            if left.name.hasSuffix("bias") { #expect(try left.tensor.abs().max().item() == 0) }
            if left.name.contains("norm") && left.name.hasSuffix("weight") {
                #expect(try (left.tensor - 1).abs().max().item() == 0)
            }
            if left.tensor.rank == 2 { #expect(try left.tensor.abs().max().item() > 0) }
        }
    }
}

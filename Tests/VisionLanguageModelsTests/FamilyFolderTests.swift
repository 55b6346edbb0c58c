import Foundation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("A saved folder of every family")
struct FamilyFolderTests {
    /// By golden, live: needs SAFE_RLHF_V_PYTHON, a Python with transformers and peft.
    @Test(
        "gives transformers the recorded ids, states and logits, and peft the adapters",
        .enabled(if: python != nil, "SAFE_RLHF_V_PYTHON names no Python with transformers and peft: NOT CHECKED"),
        arguments: RecordedFamily.all)
    func transformers(name: String) throws {
        let recorded = try RecordedFamily(name)
        var config = LoRAConfig()
        (config.rank, config.targets) = (2, ["q_proj", "gate_proj"])
        let model = try VisionLanguageModel.load(recorded.folder, adapters: config)
        try withTemporaryFolder { folder in
            try model.save(to: folder)
            try recorded.processor().save(to: folder)
            let generator = try RandomGenerator(seed: 5)
            for member in model.parameters.members where member.name.hasSuffix("lora_B.weight") {
                try member.tensor.assign(Tensor.randn(member.tensor.shape, using: generator) * 0.3)
            }
            let adapterFolder = folder.appending(path: "adapter")
            try FileManager.default.createDirectory(at: adapterFolder, withIntermediateDirectories: false)
            try model.saveAdapters(to: adapterFolder, baseModel: folder.path)
            let inputs = try recorded.inputs(model.trunk, rows: [2])
            try Safetensors.write(
                [("tokens", inputs.tokens), ("logits", try model.logits(model.hiddenStates(inputs)))],
                to: adapterFolder.appending(path: "probe.safetensors"))
            let (status, output) = try runPython("check_family.py", folder.path, name)
            #expect(status == 0, "\(output)")
        }
    }
}

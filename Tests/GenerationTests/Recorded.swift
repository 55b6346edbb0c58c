import Foundation
import Generation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// A tiny checkpoint and the greedy continuations that transformers wrote with it, recorded by
/// `Tests/Goldens/record_llava.py`.
struct Recorded {
    let model: VisionLanguageModel
    let golden: SafetensorsFile

    static let names = ["grouped", "tied"]

    init(_ name: String) throws {
        Engine.threadCount = 1
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/llava/\(name)")
        model = try VisionLanguageModel.load(folder)
        golden = try SafetensorsFile(folder.appending(path: "golden.safetensors"))
    }

    /// The recorded prompts, two of them with a picture.
    func prompts() throws -> [GenerationPrompt] {
        let tokens = try golden.tensor("tokens")
        let features = try model.trunk.visionFeatures(pictures(golden.tensor("pixels")))
        return try golden.tensor("lengths").integers().enumerated().map { row, length in
            let ids = try tokens.selected(0, row).sliced(0, 0..<length).integers().map(Int32.init)
            let hasPicture = ids.contains(model.config.placeholderID ?? -1)
            return GenerationPrompt(
                tokens: ids, visionFeatures: hasPicture ? [features[row]] : [])
        }
    }
}

/// Pixels `[I, C, H, W]` as pictures of a tower that takes them whole.
private func pictures(_ pixels: Tensor) throws -> [PictureInput] {
    try (0..<pixels.size(0)).map { index in
        let picture = try pixels.selected(0, index)
        return PictureInput(values: try picture.floats(), shape: [1] + picture.shape, layout: PictureLayout())
    }
}

extension TokenDrawing {
    /// As recorded: 2 ends a response, placeholders (3) and padding (0) are never written.
    static func recorded(temperature: Double = 1) -> TokenDrawing {
        TokenDrawing(temperature: temperature, endTokens: [2], padding: 0, undrawable: [3, 0])
    }
}

extension SamplingConfig {
    static func greedy(_ maximumNewTokens: Int) -> SamplingConfig {
        var config = SamplingConfig()
        (config.temperature, config.maximumNewTokens) = (0, maximumNewTokens)
        return config
    }
}

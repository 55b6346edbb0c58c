import Foundation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// A tiny checkpoint and what transformers computed with it, recorded by `Tests/Goldens/record_llava.py`.
struct Recorded {
    let name: String
    let folder: URL
    private let golden: SafetensorsFile

    init(_ name: String) throws {
        Engine.threadCount = 1
        self.name = name
        folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/llava/\(name)")
        golden = try SafetensorsFile(folder.appending(path: "golden.safetensors"))
    }

    static let names = ["grouped", "tied"]

    func tensor(_ name: String) throws -> Tensor { try golden.tensor(name) }

    func lengths() throws -> [Int] { try tensor("lengths").integers() }

    /// The rows without padding.
    func rows() throws -> [[Int32]] {
        let (tokens, width) = (try tensor("tokens").integers(), try tensor("tokens").size(1))
        return try lengths().enumerated().map { row, length in
            tokens[(row * width)..<(row * width + length)].map(Int32.init)
        }
    }

    func model(_ dtype: DType = .float32) throws -> VisionLanguageModel { try .load(folder, dtype: dtype) }

    /// A score model whose head is the recorded one.
    func scoreModel() throws -> ScoreModel {
        let model = try ScoreModel.load(folder)
        try withoutGradient { try #require(model.parameters["score_head.weight"]).assign(tensor("score_head")) }
        return model
    }

    /// All rows and pictures, padded on either side.
    func inputs(_ model: Trunk, padding side: PaddingSide, extraColumns: Int = 0) throws -> ModelInputs {
        try batch(rows(), features: model.visionFeatures(pictures(tensor("pixels"))), padding: side, extraColumns: extraColumns)
    }

    /// One row alone, without padding.
    func inputs(_ model: Trunk, row: Int) throws -> ModelInputs {
        let tokens = try rows()[row]
        let hasPicture = model.config.placeholderID.map(tokens.contains) ?? false
        let pixels = try tensor("pixels").sliced(0, row..<(hasPicture ? row + 1 : row))
        return try batch([tokens], features: model.visionFeatures(pictures(pixels)), padding: .right)
    }
}

/// Pixels `[I, C, H, W]` as pictures of a tower that takes them whole.
func pictures(_ pixels: Tensor) throws -> [PictureInput] {
    try (0..<pixels.size(0)).map { index in
        let picture = try pixels.selected(0, index)
        return PictureInput(values: try picture.floats(), shape: [1] + picture.shape, layout: PictureLayout())
    }
}

/// Rows as one rectangle; padding has the id 0.
func batch(
    _ rows: [[Int32]], features: [VisionFeatures], padding side: PaddingSide, extraColumns: Int = 0
) throws -> ModelInputs {
    let width = (rows.map(\.count).max() ?? 0) + extraColumns
    let padded = rows.flatMap { row in
        let fill = [Int32](repeating: 0, count: width - row.count)
        return side == .right ? row + fill : fill + row
    }
    return ModelInputs(
        tokens: try Tensor(padded, shape: [rows.count, width]).to(.int64), lengths: rows.map(\.count),
        paddingSide: side,
        visionFeatures: features)
}

/// The largest difference between two tensors; infinite when they differ in shape or one is not finite.
func distance(_ left: Tensor, _ right: Tensor) throws -> Double {
    guard left.shape == right.shape, left.count > 0 else { return .infinity }
    let most = try (left.to(.float32) - right.to(.float32)).abs().max().item()
    return most.isFinite ? most : .infinity
}

/// Real positions of `[B, L, …]`, row after row, without padding: `[sum of lengths, …]`.
func unpadded(_ x: Tensor, _ lengths: [Int], _ side: PaddingSide) throws -> Tensor {
    try concatenated(
        lengths.enumerated().map { row, length in
            try x.selected(0, row).sliced(0, side == .right ? 0..<length : (x.size(1) - length)..<x.size(1))
        })
}

/// A folder that exists while `body` runs.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

extension ModelConfig where Self == LLaVAConfig {
    /// Two layers of sixteen, grouped keys; for tests without a recording.
    static var tiny: LLaVAConfig {
        var config = LLaVAConfig()
        config.imageTokenID = 3
        config.vision.hiddenSize = 12
        config.vision.intermediateSize = 16
        config.vision.layerCount = 2
        config.vision.headCount = 2
        config.vision.imageSize = 8
        config.vision.patchSize = 4
        config.text.vocabularySize = 32
        config.text.hiddenSize = 16
        config.text.intermediateSize = 24
        config.text.layerCount = 2
        config.text.headCount = 4
        config.text.keyValueHeadCount = 2
        config.text.headSize = 4
        config.text.maximumPositions = 64
        config.text.initializerRange = 0.3
        return config
    }
}

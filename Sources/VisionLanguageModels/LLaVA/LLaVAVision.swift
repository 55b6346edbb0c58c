import Torch
import TorchNN

/// LLaVA's eyes: CLIP and a projector of two layers. Every picture has the tower's size and the same number of features.
struct LLaVAVision: VisionEncoder {
    private let tower: CLIPVisionTower
    private let projector: Projector
    private let featureCount: Int

    init(_ config: LLaVAConfig, _ weights: Weights) throws {
        tower = try CLIPVisionTower(
            config.vision, runLayerCount: config.runLayerCount, dropsClassToken: config.dropsClassToken,
            weights["vision_tower"]["vision_model"])
        projector = try Projector(
            config.vision.hiddenSize, config.text.hiddenSize, config.projectorActivation,
            deviation: config.text.initializerRange, weights["multi_modal_projector"])
        featureCount = config.featureCount
    }

    /// Pixels `[1, C, H, W]` each → `[1, N, Dv]` each.
    func features(_ pictures: [PixelTensor]) throws -> [VisionFeatures] {
        let states = try tower(concatenated(pictures.map(\.pixels)))
        return try pictures.enumerated().map { index, picture in
            VisionFeatures(try states.sliced(0, index..<(index + 1)), picture.layout)
        }
    }

    func embeddings(_ features: [VisionFeatures]) throws -> Tensor {
        let projected = try projector(concatenated(features.map(\.states)))
        return try projected.reshaped(-1, projected.size(2))
    }

    func placeCount(_ layout: PictureLayout) -> Int { featureCount }
}

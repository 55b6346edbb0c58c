import Torch
import TorchNN

/// LLaVA-NeXT's eyes: CLIP sees the whole picture and its tiles; the tiles' features are laid side by side, margins are
/// taken off, and an embedding of its own ends every line.
struct LLaVANeXTVision: VisionEncoder {
    private let tower: CLIPVisionTower
    private let projector: Projector
    private let newline: Tensor  // [D]
    private let config: LLaVANeXTConfig

    init(_ config: LLaVANeXTConfig, _ weights: Weights) throws {
        let base = config.base
        tower = try CLIPVisionTower(
            base.vision, runLayerCount: base.runLayerCount, dropsClassToken: base.dropsClassToken,
            weights["vision_tower"]["vision_model"])
        projector = try Projector(
            base.vision.hiddenSize, base.text.hiddenSize, base.projectorActivation, deviation: base.text.initializerRange,
            weights["multi_modal_projector"])
        newline = try weights.parameter(
            "image_newline", [base.text.hiddenSize], .normal(1 / Double(base.text.hiddenSize).squareRoot()))
        self.config = config
    }

    /// Tiles `[T, C, H, W]` of each picture → `[T, N, Dv]` of each.
    func features(_ pictures: [PixelTensor]) throws -> [VisionFeatures] {
        let states = try tower(concatenated(pictures.map(\.pixels)))
        var start = 0
        return try pictures.map { picture in
            defer { start += picture.pixels.size(0) }
            return VisionFeatures(try states.sliced(0, start..<(start + picture.pixels.size(0))), picture.layout)
        }
    }

    func embeddings(_ features: [VisionFeatures]) throws -> Tensor { try concatenated(features.map(packed)) }

    func placeCount(_ layout: PictureLayout) -> Int { config.placeCount(layout) }

    /// `[T, N, Dv]` → `[places, D]`
    private func packed(_ picture: VisionFeatures) throws -> Tensor {
        let projected = try projector(picture.states)  // [T, N, D]
        let (side, layout) = (config.base.vision.imageSize / config.base.vision.patchSize, picture.layout)
        let width = projected.size(2)
        let tiles = try projected.sliced(0, 1..<projected.size(0))
            .reshaped(layout.rows, layout.columns, side, side, width)
            .permuted(0, 2, 1, 3, 4).reshaped(layout.rows * side, layout.columns * side, width)
        let kept = config.unpadded(layout)
        let lines = try tiles.sliced(0, kept.rows).sliced(1, kept.columns)
        let ends = try newline.to(lines.dtype).reshaped(1, 1, width).expanded(kept.rows.count, 1, width)
        let ended = try concatenated([lines, ends], dim: 1).reshaped(-1, width)
        return try concatenated([projected.selected(0, 0), ended])
    }
}

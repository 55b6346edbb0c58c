import Torch
import TorchNN

/// Idefics3's and SmolVLM's eyes (Laurençon et al. 2024): SigLIP sees every part of a picture, and a square of neighbouring
/// features becomes one place.
///
/// `T` parts, `N` patches of a part, `s` the scale factor.
struct Idefics3Vision: VisionEncoder {
    private let tower: SigLIPVisionTower
    private let projection: Linear
    private let config: Idefics3Config

    init(_ config: Idefics3Config, _ weights: Weights) throws {
        tower = try SigLIPVisionTower(config.vision, weights["vision_model"])
        projection = try Linear(
            config.vision.hiddenSize * config.scaleFactor * config.scaleFactor, config.text.hiddenSize, bias: false,
            weights["connector"]["modality_projection"]["proj"], initial: .normal(config.text.initializerRange))
        self.config = config
    }

    /// Parts `[T, C, H, W]` of each picture → `[T, N, Dv]` of each.
    func features(_ pictures: [PixelTensor]) throws -> [VisionFeatures] {
        let states = try tower(concatenated(pictures.map(\.pixels)))
        var start = 0
        return try pictures.map { picture in
            defer { start += picture.pixels.size(0) }
            return VisionFeatures(try states.sliced(0, start..<(start + picture.pixels.size(0))), picture.layout)
        }
    }

    func embeddings(_ features: [VisionFeatures]) throws -> Tensor {
        let projected = try projection(shuffled(concatenated(features.map(\.states))))
        return try projected.reshaped(-1, projected.size(2))
    }

    func placeCount(_ layout: PictureLayout) -> Int { (layout.rows * layout.columns + 1) * config.featureCount }

    /// Each square of s × s features becomes one of s² times the width: `[T, N, Dv]` → `[T, N / s², s²·Dv]`.
    private func shuffled(_ x: Tensor) throws -> Tensor {
        let (parts, side, width, scale) = (x.size(0), config.vision.side, x.size(2), config.scaleFactor)
        let places = side / scale
        return try x.reshaped(parts, places, scale, places, scale, width).permuted(0, 1, 3, 2, 4, 5)
            .reshaped(parts, places * places, scale * scale * width)
    }
}

/// SigLIP's vision transformer (Zhai et al. 2023): no class token, a norm at the end.
private struct SigLIPVisionTower {
    private let patchEmbedding: PatchEmbedding
    private let positionEmbedding: Embedding
    private let positions: Tensor  // [N]
    private let layers: [VisionEncoderLayer]
    private let norm: LayerNorm

    init(_ config: SigLIPVisionConfig, _ weights: Weights) throws {
        let embeddings = weights["embeddings"]
        embeddings.ignore("position_ids")  // 0, 1, 2, … in files of older versions
        patchEmbedding = try PatchEmbedding(
            channels: 3, width: config.hiddenSize, patch: config.patchSize, bias: true, embeddings["patch_embedding"])
        positionEmbedding = try Embedding(config.side * config.side, config.hiddenSize, embeddings["position_embedding"])
        positions = try Self.positions(side: config.side).to(positionEmbedding.weight.device)
        layers = try (0..<config.layerCount).map { index in
            try VisionEncoderLayer(
                width: config.hiddenSize, intermediate: config.intermediateSize, headCount: config.headCount,
                activation: config.activation, epsilon: config.layerNormEpsilon, deviation: config.initializerRange,
                weights["encoder"]["layers"][index])
        }
        norm = try LayerNorm(config.hiddenSize, eps: config.layerNormEpsilon, weights["post_layernorm"])
    }

    /// `[T, C, H, W]` → `[T, N, D]`
    func callAsFunction(_ pixels: Tensor) throws -> Tensor {
        let patches = try patchEmbedding(pixels)
        var x = try patches + positionEmbedding(positions)
        for layer in layers { x = try layer(x) }
        return try norm(x)
    }

    /// The row of the table that each patch takes. The reference finds it by fractions of the picture's side, which for
    /// some sides (19, 25, 29, …) rounding puts one too low; models were trained so.
    private static func positions(side: Int) throws -> Tensor {
        let boundaries = try Tensor.range(from: 1 / Double(side), below: 1, by: 1 / Double(side))
        let fractions = try Tensor.range(side).to(.float32) * Tensor([1 / Float(side)])
        let lines = try fractions.clamped(to: 0...(1 - 1e-6)).buckets(boundaries)
        return try (lines.unsqueezed(1) * Double(side) + lines.unsqueezed(0)).reshaped(-1)
    }
}

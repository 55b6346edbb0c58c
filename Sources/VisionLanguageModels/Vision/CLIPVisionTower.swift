import Torch
import TorchNN

/// CLIP's vision transformer (Radford et al. 2021). `I` pictures, `N` patches, `D` hidden size, `H` heads, `E` = D / H.
struct CLIPVisionTower {
    private let classEmbedding: Tensor  // [D]
    private let patchEmbedding: PatchEmbedding
    private let positionEmbedding: Embedding
    private let preNorm: LayerNorm
    /// All layers of the checkpoint; only those up to the feature layer are run.
    private let layers: [VisionEncoderLayer]
    private let runLayerCount: Int
    private let dropsClassToken: Bool

    init(_ vision: CLIPVisionConfig, runLayerCount: Int, dropsClassToken: Bool, _ weights: Weights) throws {
        let start = InitialValues.normal(vision.initializerRange)
        let embeddings = weights["embeddings"]
        embeddings.ignore("position_ids")  // 0, 1, 2, … in files of older versions
        classEmbedding = try embeddings.parameter("class_embedding", [vision.hiddenSize], start)
        patchEmbedding = try PatchEmbedding(
            channels: vision.channelCount, width: vision.hiddenSize, patch: vision.patchSize, bias: false,
            embeddings["patch_embedding"])
        positionEmbedding = try Embedding(vision.patchCount + 1, vision.hiddenSize, embeddings["position_embedding"])
        preNorm = try LayerNorm(vision.hiddenSize, eps: vision.layerNormEpsilon, weights["pre_layrnorm"])
        layers = try (0..<vision.layerCount).map { index in
            try VisionEncoderLayer(
                width: vision.hiddenSize, intermediate: vision.intermediateSize, headCount: vision.headCount,
                activation: vision.activation, epsilon: vision.layerNormEpsilon, deviation: vision.initializerRange,
                weights["encoder"]["layers"][index])
        }
        _ = try LayerNorm(vision.hiddenSize, eps: vision.layerNormEpsilon, weights["post_layernorm"])
        (self.runLayerCount, self.dropsClassToken) = (runLayerCount, dropsClassToken)
    }

    /// `[I, C, H, W]` → `[I, N, D]`
    func callAsFunction(_ pixels: Tensor) throws -> Tensor {
        let patches = try patchEmbedding(pixels)  // [I, N, D]
        let classToken = try classEmbedding.reshaped(1, 1, -1).expanded(patches.size(0), 1, -1)
        let positions = try positionEmbedding(Tensor.range(patches.size(1) + 1, on: pixels.device))
        var x = try preNorm(concatenated([classToken, patches], dim: 1) + positions)  // [I, N + 1, D]
        for layer in layers.prefix(runLayerCount) { x = try layer(x) }
        return dropsClassToken ? try x.sliced(1, 1..<x.size(1)) : x
    }
}

import Torch
import TorchNN

/// CLIP's vision transformer (Radford et al. 2021). `I` pictures, `N` patches, `D` hidden size, `H` heads, `E` = D / H.
struct CLIPVisionTower {
    private let classEmbedding: Tensor  // [D]
    private let patchEmbedding: PatchEmbedding
    private let positionEmbedding: Embedding
    private let preNorm: LayerNorm
    /// All layers of the checkpoint; only those up to the feature layer are run.
    private let layers: [CLIPEncoderLayer]
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
        layers = try (0..<vision.layerCount).map { try CLIPEncoderLayer(vision, weights["encoder"]["layers"][$0]) }
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

private struct CLIPEncoderLayer {
    let firstNorm, secondNorm: LayerNorm
    let query, key, value, out, up, down: Linear
    let headCount: Int
    let activation: Activation

    init(_ config: CLIPVisionConfig, _ weights: Weights) throws {
        let (width, start) = (config.hiddenSize, InitialValues.normal(config.initializerRange))
        func square(_ name: String) throws -> Linear {
            try Linear(width, width, bias: true, weights["self_attn"][name], initial: start)
        }
        firstNorm = try LayerNorm(width, eps: config.layerNormEpsilon, weights["layer_norm1"])
        secondNorm = try LayerNorm(width, eps: config.layerNormEpsilon, weights["layer_norm2"])
        (query, key, value, out) = (
            try square("q_proj"), try square("k_proj"), try square("v_proj"), try square("out_proj")
        )
        up = try Linear(width, config.intermediateSize, bias: true, weights["mlp"]["fc1"], initial: start)
        down = try Linear(config.intermediateSize, width, bias: true, weights["mlp"]["fc2"], initial: start)
        (headCount, activation) = (config.headCount, config.activation)
    }

    /// `[I, N, D]` → `[I, N, D]`
    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let h = try x + attention(firstNorm(x))
        return try h + down(activation(up(secondNorm(h))))
    }

    private func attention(_ x: Tensor) throws -> Tensor {
        let (count, length) = (x.size(0), x.size(1))
        func heads(_ y: Tensor) throws -> Tensor { try y.reshaped(count, length, headCount, -1).transposed(1, 2) }
        // [I, H, N, E]
        let mixed = try scaledDotProductAttention(heads(query(x)), heads(key(x)), heads(value(x)), .none)
        return try out(mixed.transposed(1, 2).reshaped(count, length, -1))
    }
}

public import Torch
public import TorchNN

/// Vision tower, projector and decoder: what every role of the LLaVA family has in common. Heads are put on top.
///
/// `B` rows, `L` tokens, `D` the decoder's hidden size, `I` pictures, `N` features per picture, `Dv` the tower's size.
public final class LLaVATrunk {
    public let config: LLaVAConfig
    public let device: Device
    public let dtype: DType
    /// Which of the decoder's linear layers have LoRA adapters; `nil` when none has.
    public let adapters: LoRAConfig?
    /// Whether layers compute their activations again in the backward pass instead of keeping them.
    public var recomputesActivations = false

    private let tower: CLIPVisionTower
    private let projector: Projector
    private let decoder: LlamaDecoder

    init(_ config: LLaVAConfig, _ weights: Weights, dtype: DType, device: Device, adapters: LoRAConfig?) throws {
        tower = try CLIPVisionTower(config, weights["vision_tower"]["vision_model"].withoutAdapters)
        projector = try Projector(config, weights["multi_modal_projector"].withoutAdapters)
        decoder = try LlamaDecoder(config.text, weights["language_model"]["model"], on: device)
        (self.config, self.dtype, self.device, self.adapters) = (config, dtype, device, adapters)
    }

    /// The tower's features of pictures `[I, C, H, W]`: `[I, N, Dv]`, before the projector. They depend on the tower
    /// alone, so they can be kept while it is frozen.
    public func visionFeatures(_ pixels: Tensor) throws -> Tensor { try tower(pixels) }

    /// States after the final norm, `[B, L, D]`.
    ///
    /// - Parameter cache: filled with the keys and values of all tokens; must be empty before.
    public func hiddenStates(_ inputs: ModelInputs, cache: KVCache? = nil) throws -> Tensor {
        guard inputs.tokens.size(1) <= config.text.maximumPositions else {
            throw ModelInputError.tooLong(tokens: inputs.tokens.size(1), maximum: config.text.maximumPositions)
        }
        return try decoder(
            embeddings(inputs), inputs.positions(), inputs.attentionMask(), cache, recomputing: recomputesActivations)
    }

    /// The next token of every row, `[B, 1]` at `positions` `[B, 1]`, after what is in the cache: `[B, 1, D]`.
    ///
    /// - Parameter mask: `[B, 1, 1, S]` bool, false on left padding; `nil` when there is none.
    public func nextStates(_ tokens: Tensor, positions: Tensor, mask: Tensor?, cache: KVCache) throws -> Tensor {
        try decoder(
            decoder.embedding(tokens), positions, mask.map(AttentionMask.tensor) ?? .none, cache, recomputing: false)
    }

    /// An empty cache for this decoder.
    public func makeCache(capacity: Int) -> KVCache { KVCache(layerCount: decoder.layerCount, capacity: capacity) }

    /// The table of token embeddings `[V, D]`, for tied language heads.
    var embeddingTable: Tensor { decoder.embedding.weight }

    private func embeddings(_ inputs: ModelInputs) throws -> Tensor {
        let tokens = try decoder.embedding(inputs.tokens)
        let places = try inputs.tokens.equals(Double(config.imageTokenID))
        let placeCount = Int(try places.sum().item())
        let featureCount = inputs.visionFeatures.map { $0.size(0) * $0.size(1) } ?? 0
        guard placeCount == featureCount else {
            throw ModelInputError.placeholderCount(found: placeCount, features: featureCount)
        }
        guard let features = inputs.visionFeatures else { return tokens }
        return try tokens.masked(places.unsqueezed(2), filledWith: projector(features).to(tokens.dtype))
    }
}

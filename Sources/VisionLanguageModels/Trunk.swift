public import Torch
public import TorchNN

/// Vision tower, projector and decoder of any family: what every role of a model has in common. Heads are put on top.
///
/// `B` rows, `L` tokens, `D` the decoder's hidden size, `N` features per picture, `Dv` the tower's size.
public final class Trunk {
    public let config: any ModelConfig
    public let device: Device
    public let dtype: DType
    /// Which of the decoder's linear layers have LoRA adapters; `nil` when none has.
    public let adapters: LoRAConfig?
    /// Whether layers compute their activations again in the backward pass instead of keeping them.
    public var recomputesActivations = false

    private let vision: (any VisionEncoder)?
    private let decoder: Decoder

    init(_ config: some ModelConfig, _ weights: Weights, dtype: DType, device: Device, adapters: LoRAConfig?) throws {
        vision = try config.makeVision(weights.withoutAdapters)
        decoder = try Decoder(config.text, weights[type(of: config).places.decoder], on: device)
        (self.config, self.dtype, self.device, self.adapters) = (config, dtype, device, adapters)
    }

    /// The tower's features of every picture, before the projector.
    public func visionFeatures(_ pictures: [PictureInput]) throws -> [VisionFeatures] {
        guard !pictures.isEmpty else { return [] }
        guard let vision else { throw ModelInputError.seesNothing(pictures: pictures.count) }
        return try vision.features(
            pictures.map { picture in
                PixelTensor(
                    pixels: try Tensor(picture.values, shape: picture.shape).to(dtype).to(device), layout: picture.layout)
            })
    }

    /// States after the final norm, `[B, L, D]`.
    ///
    /// - Parameter cache: filled with the keys and values of all tokens; must be empty before.
    public func hiddenStates(_ inputs: ModelInputs, cache: KVCache? = nil) throws -> Tensor {
        guard inputs.tokens.size(1) <= config.text.maximumPositions else {
            throw ModelInputError.tooLong(tokens: inputs.tokens.size(1), maximum: config.text.maximumPositions)
        }
        return try decoder(
            embeddings(inputs), positions(inputs).ids, inputs.attentionMask(), cache, recomputing: recomputesActivations)
    }

    /// The next token of every row, `[B, 1]` at `positions` `[B, 1]`, after what is in the cache: `[B, 1, D]`.
    ///
    /// - Parameter mask: `[B, 1, 1, S]` bool, false on left padding; `nil` when there is none.
    public func nextStates(_ tokens: Tensor, positions: Tensor, mask: Tensor?, cache: KVCache) throws -> Tensor {
        try decoder(
            decoder.embedding(tokens), positions, mask.map(AttentionMask.tensor) ?? .none, cache, recomputing: false)
    }

    /// The position of the token that follows each row: its length, except where positions count a picture's sides.
    public func nextPositions(_ inputs: ModelInputs) throws -> [Int] { try positions(inputs).next }

    /// An empty cache for this decoder.
    public func makeCache(capacity: Int) -> KVCache { KVCache(layerCount: decoder.layerCount, capacity: capacity) }

    /// The table of token embeddings `[V, D]`, for tied language heads.
    var embeddingTable: Tensor { decoder.embedding.weight }

    private func positions(_ inputs: ModelInputs) throws -> Positions {
        guard !config.text.ropeSections.isEmpty, !inputs.visionFeatures.isEmpty, let placeholderID = config.placeholderID
        else { return Positions(ids: try inputs.positions(), next: inputs.lengths) }
        return try Positions(inputs, placeholderID: placeholderID)
    }

    private func embeddings(_ inputs: ModelInputs) throws -> Tensor {
        let tokens = try decoder.embedding(inputs.tokens)
        guard let placeholderID = config.placeholderID, let vision else { return tokens }
        let places = try inputs.tokens.equals(Double(placeholderID)).and(inputs.realTokens())
        let placeCount = Int(try places.sum().item())
        let featureCount = inputs.visionFeatures.reduce(0) { $0 + vision.placeCount($1.layout) }
        guard placeCount == featureCount else {
            throw ModelInputError.placeholderCount(found: placeCount, features: featureCount)
        }
        guard !inputs.visionFeatures.isEmpty else { return tokens }
        let pictures = try vision.embeddings(inputs.visionFeatures).to(tokens.dtype)
        return try tokens.masked(places.unsqueezed(2), filledWith: pictures)
    }
}

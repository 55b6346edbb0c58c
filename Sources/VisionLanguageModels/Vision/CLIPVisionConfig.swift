/// Sizes of the CLIP vision tower; defaults are those of the published LLaVA-1.5 tower (ViT-L/14 at 336 pixels), which
/// a configuration without a `vision_config` means.
public struct CLIPVisionConfig: Equatable, Sendable {
    public var hiddenSize = 1024
    public var intermediateSize = 4096
    public var layerCount = 24
    public var headCount = 16
    public var imageSize = 336
    public var patchSize = 14
    public var channelCount = 3
    public var activation = Activation.quickGelu
    public var layerNormEpsilon = 1e-5
    /// Standard deviation of a random start.
    public var initializerRange = 0.02

    public init() {}

    /// What a `vision_config` means by the keys that it leaves out: transformers' own defaults, ViT-B/32 at 224 pixels.
    static var forAbsentKeys: CLIPVisionConfig {
        var config = CLIPVisionConfig()
        (config.hiddenSize, config.intermediateSize, config.layerCount, config.headCount) = (768, 3072, 12, 12)
        (config.imageSize, config.patchSize) = (224, 32)
        return config
    }

    /// Patches of one picture, without the class token.
    public var patchCount: Int { (imageSize / patchSize) * (imageSize / patchSize) }
}

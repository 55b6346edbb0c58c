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

/// Sizes of the Llama decoder; defaults are what transformers takes for keys that a configuration leaves out.
public struct LlamaConfig: Equatable, Sendable {
    public var vocabularySize = 32000
    public var hiddenSize = 4096
    public var intermediateSize = 11008
    public var layerCount = 32
    public var headCount = 32
    public var keyValueHeadCount = 32
    public var headSize = 128
    public var maximumPositions = 2048
    public var normEpsilon = 1e-6
    public var ropeBase = 10000.0
    public var tiesEmbeddings = false
    /// Standard deviation of a random start.
    public var initializerRange = 0.02

    public init() {}
}

/// `config.json` of a LLaVA checkpoint: tower, projector, decoder, and which token stands for a picture's patches.
public struct LLaVAConfig: Equatable, Sendable {
    public var vision = CLIPVisionConfig()
    public var text = LlamaConfig()
    /// The id that stands once for every patch.
    public var imageTokenID: Int32 = 32000
    /// Which hidden state of the tower is used: −2 is the output of the layer before the last.
    public var visionFeatureLayer = -2
    /// Whether the class token's feature is dropped.
    public var dropsClassToken = true
    public var projectorActivation = Activation.gelu

    public init() {}

    /// Features of one picture as the decoder sees them.
    public var featureCount: Int { vision.patchCount + (dropsClassToken ? 0 : 1) }

    /// How many of the tower's layers have to be run.
    var runLayerCount: Int {
        visionFeatureLayer < 0 ? vision.layerCount + 1 + visionFeatureLayer : visionFeatureLayer
    }
}

/// An activation function by the name it has in configurations.
public enum Activation: String, Sendable, CaseIterable {
    case gelu
    case quickGelu = "quick_gelu"
    case tanhGelu = "gelu_pytorch_tanh"
    case silu
    case relu
}

public import TorchNN

/// Sizes of a decoder of Llama's kind; defaults are what transformers takes for keys that a Llama configuration leaves
/// out. Mistral and Qwen2 are the same network with other defaults, biases and windows.
public struct DecoderConfig: Equatable, Sendable {
    /// What `model_type` says of a decoder.
    public enum Architecture: String, Sendable, CaseIterable {
        case llama, mistral, qwen2
        case qwen2VL = "qwen2_vl_text"
        case qwen25VL = "qwen2_5_vl_text"
    }

    public var architecture = Architecture.llama
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
    public var ropeScaling = RotaryScaling.none
    /// How many rotary frequencies follow time, height and width in turn (M-RoPE); empty for positions of one axis.
    public var ropeSections: [Int] = []
    /// Layers of `windowedLayers` see a token and this many less one before it; `nil` where all layers see everything.
    public var slidingWindow: Int?
    public var windowedLayers: Set<Int> = []
    public var tiesEmbeddings = false
    /// Standard deviation of a random start.
    public var initializerRange = 0.02

    public init() {}

    /// Qwen's queries, keys and values have biases.
    var hasAttentionBiases: Bool {
        switch architecture {
        case .llama, .mistral: false
        case .qwen2, .qwen2VL, .qwen25VL: true
        }
    }

    /// What transformers takes for the keys that a configuration of this kind leaves out.
    static func absentKeys(_ architecture: Architecture) -> DecoderConfig {
        var config = DecoderConfig()
        config.architecture = architecture
        switch architecture {
        case .llama: break
        case .mistral:
            (config.intermediateSize, config.keyValueHeadCount, config.maximumPositions) = (14336, 8, 131_072)
            config.slidingWindow = 4096
        case .qwen2:
            (config.vocabularySize, config.intermediateSize, config.maximumPositions) = (151_936, 22016, 32768)
            config.slidingWindow = 4096
        case .qwen2VL, .qwen25VL:
            (config.vocabularySize, config.hiddenSize, config.intermediateSize) = (152_064, 8192, 29568)
            (config.layerCount, config.headCount, config.keyValueHeadCount) = (80, 64, 8)
            (config.maximumPositions, config.normEpsilon, config.ropeBase) = (32768, 1e-5, 1_000_000)
            (config.slidingWindow, config.ropeSections) = (4096, [16, 24, 24])
        }
        return config
    }
}

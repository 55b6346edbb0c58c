import ImageProcessing
public import StrictJSON
public import TorchNN

/// Sizes of Qwen's vision tower; defaults are what transformers takes for keys that a configuration leaves out.
public struct QwenVisionConfig: Equatable, Sendable {
    /// Qwen2.5-VL's tower has windows, RMS norms and gated layers; Qwen2-VL's has none of them.
    public enum Kind: Equatable, Sendable {
        case full
        /// Layers but the named ones look inside windows of so many pixels.
        case windowed(side: Int, fullLayers: Set<Int>)
    }

    public var kind = Kind.full
    public var layerCount = 32
    /// The size inside the tower.
    public var hiddenSize = 1280
    public var intermediateSize = 5120
    /// The size that the merger makes: the decoder's.
    public var outputSize = 3584
    public var headCount = 16
    public var channelCount = 3
    public var patchSize = 14
    /// Patches of a place's side.
    public var mergeSize = 2
    public var temporalPatchSize = 2
    public var activation = Activation.quickGelu
    public var initializerRange = 0.02

    public init() {}

    /// Numbers of one patch.
    var patchLength: Int { channelCount * temporalPatchSize * patchSize * patchSize }
}

/// `config.json` of a Qwen2-VL or Qwen2.5-VL checkpoint.
public struct QwenVLConfig: ModelConfig {
    public var vision = QwenVisionConfig()
    public var text = DecoderConfig.absentKeys(.qwen2VL)
    /// The id that stands once for every place of a picture.
    public var imageTokenID: Int32 = 151_655
    /// Ids of which nothing follows here, kept for transformers.
    public var videoTokenID: Int32 = 151_656
    public var visionStartTokenID: Int32 = 151_652
    public var visionEndTokenID: Int32 = 151_653

    public init() {}

    var isWindowed: Bool { vision.kind != .full }

    public var placeholderID: Int32? { imageTokenID }
    public static var places: WeightPlaces { WeightPlaces(decoder: "model", languageHead: "lm_head") }

    /// `visual.…`, `model.…` and `lm_head.…`, as the published checkpoints have them; newer module trees put a `model.`
    /// and a `language_model.` in between.
    public static func publishedName(_ stored: String) -> String {
        for (newer, published) in [("model.visual.", "visual."), ("model.language_model.", "model.")]
        where stored.hasPrefix(newer) { return published + stored.dropFirst(newer.count) }
        return stored
    }

    public static func moduleName(_ published: String) -> String {
        published.hasPrefix("model.") ? "model.language_model." + published.dropFirst("model.".count) : published
    }

    public func makeVision(_ weights: Weights) throws -> (any VisionEncoder)? { try QwenVision(vision, weights["visual"]) }

    public func makePictureProcessor(_ settings: JSONValue) throws -> (any PictureProcessor)? {
        try QwenPictures(PatchProcessor(json: settings), self)
    }

    public func processorJSON(placeholder: String) -> JSONValue? { nil }
}

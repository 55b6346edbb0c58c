import ImageProcessing
public import StrictJSON
public import TorchNN

/// `config.json` of a LLaVA checkpoint: tower, projector, decoder, and which token stands for a picture's patches.
public struct LLaVAConfig: ModelConfig {
    public var vision = CLIPVisionConfig()
    public var text = DecoderConfig()
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

extension LLaVAConfig {
    public var placeholderID: Int32? { imageTokenID }
    public static var places: WeightPlaces {
        WeightPlaces(decoder: "language_model.model", languageHead: "language_model.lm_head")
    }

    /// The name that the first LLaVA-1.5 checkpoints gave to a tensor.
    public static func publishedName(_ stored: String) -> String {
        var name = stored
        if name.hasPrefix("lm_head.") { return "language_model." + name }
        if name.hasPrefix("model.") { name.removeFirst("model.".count) }
        let deeper = [("vision_tower.", "vision_model."), ("language_model.", "model.")]
        for (old, new) in deeper where name.hasPrefix(old) {
            let rest = name.dropFirst(old.count)
            if !rest.hasPrefix(new) && !rest.hasPrefix("lm_head.") { return old + new + rest }
        }
        return name
    }

    public func makeVision(_ weights: Weights) throws -> (any VisionEncoder)? { try LLaVAVision(self, weights) }

    public func makePictureProcessor(_ settings: JSONValue) throws -> (any PictureProcessor)? {
        LLaVAPictures(try ImageProcessorConfig(json: settings), self)
    }

    public func processorJSON(placeholder: String) -> JSONValue? {
        [
            "processor_class": "LlavaProcessor", "image_token": .string(placeholder),
            "patch_size": .integer(Int64(vision.patchSize)), "num_additional_image_tokens": 1,
            "vision_feature_select_strategy": .string(dropsClassToken ? "default" : "full"),
        ]
    }
}

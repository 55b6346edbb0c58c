import ImageProcessing
public import StrictJSON
public import TorchNN

/// Sizes of the SigLIP tower; defaults are what transformers takes for keys that a configuration leaves out.
public struct SigLIPVisionConfig: Equatable, Sendable {
    public var hiddenSize = 1152
    public var intermediateSize = 3072
    public var layerCount = 12
    public var headCount = 16
    public var imageSize = 224
    public var patchSize = 32
    public var activation = Activation.tanhGelu
    public var layerNormEpsilon = 1e-6
    public var initializerRange = 0.02

    public init() {}

    /// Patches in a line of a picture.
    public var side: Int { imageSize / patchSize }
}

/// `config.json` of an Idefics3 or SmolVLM checkpoint, which are the same network.
public struct Idefics3Config: ModelConfig {
    /// Which of the two names the file has.
    public var isSmolVLM = false
    public var vision = SigLIPVisionConfig()
    public var text = DecoderConfig()
    /// The id that stands once for every place of a picture.
    public var imageTokenID: Int32 = 128_257
    /// Neighbouring features on a side that become one place.
    public var scaleFactor = 2

    public init() {}

    /// Places of one part of a picture.
    public var featureCount: Int { (vision.side / scaleFactor) * (vision.side / scaleFactor) }

    public var placeholderID: Int32? { imageTokenID }
    public static var places: WeightPlaces { WeightPlaces(decoder: "model.text_model", languageHead: "lm_head") }
    public static func publishedName(_ stored: String) -> String { stored }

    public func makeVision(_ weights: Weights) throws -> (any VisionEncoder)? { try Idefics3Vision(self, weights["model"]) }

    public func makePictureProcessor(_ settings: JSONValue) throws -> (any PictureProcessor)? {
        try Idefics3Pictures(SplittingProcessor(json: settings), self)
    }

    public func processorJSON(placeholder: String) -> JSONValue? {
        [
            "processor_class": isSmolVLM ? "SmolVLMProcessor" : "Idefics3Processor",
            "image_seq_len": .integer(Int64(featureCount)),
        ]
    }
}

extension Idefics3Config {
    public init(json: JSONValue, file: String) throws(ModelConfigError) {
        self.init()
        var reader = ConfigReader(json, file: file)
        isSmolVLM = reader.choice("model_type", ["idefics3": false, "smolvlm": true]) ?? false
        reader.read("image_token_id", into: &imageTokenID)
        reader.read("scale_factor", into: &scaleFactor)
        if !reader.has("text_config") { text.normEpsilon = 1e-5 }
        reader.section("text_config") { section in
            text.read(&section, default: .llama, among: [.llama, .mistral, .qwen2])
            section.require("qk_layer_norms", false)
            section.require("use_resampler", false)
        }
        // The file's own key decides, as in transformers: `text_config` has one that speaks of other models.
        text.tiesEmbeddings = false
        reader.read("tie_word_embeddings", into: &text.tiesEmbeddings)
        reader.section("vision_config") { vision.read(&$0) }
        if vision.side % scaleFactor != 0 {
            reader.problem("scale_factor", "\(scaleFactor)", "a divisor of the \(vision.side) patches on a picture's side")
        }
        if Int(imageTokenID) >= text.vocabularySize {
            reader.problem("image_token_id", "\(imageTokenID)", "an id below vocab_size \(text.vocabularySize)")
        }
        try reader.finish()
    }

    public var json: JSONValue {
        [
            "architectures": [isSmolVLM ? "SmolVLMForConditionalGeneration" : "Idefics3ForConditionalGeneration"],
            "model_type": isSmolVLM ? "smolvlm" : "idefics3", "image_token_id": .integer(Int64(imageTokenID)),
            "scale_factor": .integer(Int64(scaleFactor)), "tie_word_embeddings": .bool(text.tiesEmbeddings),
            "text_config": text.json, "vision_config": vision.json(isSmolVLM ? "smolvlm_vision" : "idefics3_vision"),
        ]
    }
}

extension SigLIPVisionConfig {
    mutating func read(_ reader: inout ConfigReader) {
        let names = ["idefics3", "idefics3_vision", "smolvlm_vision", "siglip_vision_model"]
        _ = reader.choice("model_type", Dictionary(uniqueKeysWithValues: names.map { ($0, true) }))
        reader.read("hidden_size", into: &hiddenSize)
        reader.read("intermediate_size", into: &intermediateSize)
        reader.read("num_hidden_layers", into: &layerCount, in: 1...1000)
        reader.read("num_attention_heads", into: &headCount)
        reader.read("image_size", into: &imageSize)
        reader.read("patch_size", into: &patchSize)
        reader.read("hidden_act", into: &activation)
        reader.read("layer_norm_eps", into: &layerNormEpsilon)
        reader.read("initializer_range", into: &initializerRange)
        var channelCount = 3
        reader.read("num_channels", into: &channelCount)
        if channelCount != 3 { reader.problem("num_channels", "\(channelCount)", "3: pictures are red, green and blue") }
        if hiddenSize % headCount != 0 {
            reader.problem("num_attention_heads", "\(headCount)", "a divisor of hidden_size \(hiddenSize)")
        }
        if patchSize > imageSize { reader.problem("patch_size", "\(patchSize)", "at most image_size \(imageSize)") }
    }

    func json(_ modelType: String) -> JSONValue {
        [
            "model_type": .string(modelType), "hidden_size": .integer(Int64(hiddenSize)),
            "intermediate_size": .integer(Int64(intermediateSize)), "num_hidden_layers": .integer(Int64(layerCount)),
            "num_attention_heads": .integer(Int64(headCount)), "image_size": .integer(Int64(imageSize)),
            "patch_size": .integer(Int64(patchSize)), "num_channels": 3, "hidden_act": .string(activation.rawValue),
            "layer_norm_eps": .number(layerNormEpsilon), "initializer_range": .number(initializerRange),
        ]
    }
}

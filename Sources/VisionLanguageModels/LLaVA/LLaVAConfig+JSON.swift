import DurableFiles
public import Foundation
public import StrictJSON

extension LLaVAConfig {
    static let fileName = "config.json"

    /// Reads `config.json` of a model folder. All that is wrong with it is reported at once.
    public init(readingFrom folder: URL) throws {
        let url = folder.appending(path: Self.fileName)
        try self.init(json: JSONValue(parsing: DurableFiles.read(url, limit: 4 << 20)), file: url.path)
    }

    /// Absent keys mean what they mean to transformers, since its files leave defaults out; both spellings of renamed
    /// keys are read.
    public init(json: JSONValue, file: String) throws(ModelConfigError) {
        self.init()
        var reader = ConfigReader(json, file: file)
        reader.require("model_type", "llava")
        reader.read("image_token_index", "image_token_id", into: &imageTokenID)
        reader.read("vision_feature_layer", into: &visionFeatureLayer, in: -1001...1000)
        reader.read("projector_hidden_act", into: &projectorActivation)
        reader.choose("vision_feature_select_strategy", ["default": true, "full": false], into: &dropsClassToken)
        reader.require("multimodal_projector_bias", true)
        reader.section("vision_config") { section in
            vision = .forAbsentKeys
            vision.read(&section)
        }
        reader.section("text_config") { text.read(&$0) }
        var tiesEmbeddings = false
        reader.read("tie_word_embeddings", into: &tiesEmbeddings)
        text.tiesEmbeddings = text.tiesEmbeddings || tiesEmbeddings  // either place may say so
        if !(0...vision.layerCount ~= runLayerCount) {
            reader.problem(
                "vision_feature_layer", "\(visionFeatureLayer)",
                "\(-vision.layerCount - 1) to \(vision.layerCount): the tower has \(vision.layerCount) layers")
        }
        if Int(imageTokenID) >= text.vocabularySize {
            reader.problem("image_token_index", "\(imageTokenID)", "an id below vocab_size \(text.vocabularySize)")
        }
        try reader.finish()
    }

    /// What transformers reads back.
    public var json: JSONValue {
        [
            "architectures": ["LlavaForConditionalGeneration"], "model_type": "llava",
            "image_token_index": .integer(Int64(imageTokenID)), "image_seq_length": .integer(Int64(featureCount)),
            "projector_hidden_act": .string(projectorActivation.rawValue), "multimodal_projector_bias": true,
            "vision_feature_layer": .integer(Int64(visionFeatureLayer)),
            "vision_feature_select_strategy": .string(dropsClassToken ? "default" : "full"),
            "tie_word_embeddings": .bool(text.tiesEmbeddings), "text_config": text.json, "vision_config": vision.json,
        ]
    }
}

extension CLIPVisionConfig {
    mutating func read(_ reader: inout ConfigReader) {
        reader.require("model_type", "clip_vision_model")
        reader.read("hidden_size", into: &hiddenSize)
        reader.read("intermediate_size", into: &intermediateSize)
        reader.read("num_hidden_layers", into: &layerCount, in: 1...1000)
        reader.read("num_attention_heads", into: &headCount)
        reader.read("image_size", into: &imageSize)
        reader.read("patch_size", into: &patchSize)
        reader.read("num_channels", into: &channelCount)
        reader.read("hidden_act", into: &activation)
        reader.read("layer_norm_eps", into: &layerNormEpsilon)
        reader.read("initializer_range", into: &initializerRange)
        if headCount > 0, hiddenSize % headCount != 0 {
            reader.problem("num_attention_heads", "\(headCount)", "a divisor of hidden_size \(hiddenSize)")
        }
        if patchSize > imageSize { reader.problem("patch_size", "\(patchSize)", "at most image_size \(imageSize)") }
    }

    var json: JSONValue {
        [
            "model_type": "clip_vision_model", "hidden_size": .integer(Int64(hiddenSize)),
            "intermediate_size": .integer(Int64(intermediateSize)), "num_hidden_layers": .integer(Int64(layerCount)),
            "num_attention_heads": .integer(Int64(headCount)), "image_size": .integer(Int64(imageSize)),
            "patch_size": .integer(Int64(patchSize)), "num_channels": .integer(Int64(channelCount)),
            "hidden_act": .string(activation.rawValue), "layer_norm_eps": .number(layerNormEpsilon),
            "initializer_range": .number(initializerRange), "projection_dim": .integer(Int64(hiddenSize)),
        ]
    }
}

extension LlamaConfig {
    mutating func read(_ reader: inout ConfigReader) {
        reader.require("model_type", "llama")
        reader.require("hidden_act", "silu")
        reader.require("attention_bias", false)
        reader.require("mlp_bias", false)
        reader.read("vocab_size", into: &vocabularySize, in: 1...1 << 22)
        reader.read("hidden_size", into: &hiddenSize)
        reader.read("intermediate_size", into: &intermediateSize)
        reader.read("num_hidden_layers", into: &layerCount, in: 1...1000)
        reader.read("num_attention_heads", into: &headCount)
        keyValueHeadCount = headCount
        reader.read("num_key_value_heads", into: &keyValueHeadCount)
        headSize = headCount > 0 ? hiddenSize / headCount : 0
        reader.read("head_dim", into: &headSize)
        reader.read("max_position_embeddings", into: &maximumPositions)
        reader.read("rms_norm_eps", into: &normEpsilon)
        reader.read("rope_theta", into: &ropeBase)
        reader.section("rope_parameters") { section in
            section.require("rope_type", "default")
            section.read("rope_theta", into: &ropeBase)
        }
        reader.refuse("rope_scaling", "scaled rotary embeddings are not supported")
        reader.read("tie_word_embeddings", into: &tiesEmbeddings)
        reader.read("initializer_range", into: &initializerRange)
        if keyValueHeadCount > 0, headCount % keyValueHeadCount != 0 {
            reader.problem(
                "num_key_value_heads", "\(keyValueHeadCount)", "a divisor of num_attention_heads \(headCount)")
        }
        if headSize % 2 != 0 { reader.problem("head_dim", "\(headSize)", "an even number") }
    }

    var json: JSONValue {
        [
            "model_type": "llama", "vocab_size": .integer(Int64(vocabularySize)),
            "hidden_size": .integer(Int64(hiddenSize)),
            "intermediate_size": .integer(Int64(intermediateSize)), "num_hidden_layers": .integer(Int64(layerCount)),
            "num_attention_heads": .integer(Int64(headCount)),
            "num_key_value_heads": .integer(Int64(keyValueHeadCount)),
            "head_dim": .integer(Int64(headSize)), "max_position_embeddings": .integer(Int64(maximumPositions)),
            "rms_norm_eps": .number(normEpsilon), "rope_theta": .number(ropeBase), "hidden_act": "silu",
            "tie_word_embeddings": .bool(tiesEmbeddings), "initializer_range": .number(initializerRange),
        ]
    }
}

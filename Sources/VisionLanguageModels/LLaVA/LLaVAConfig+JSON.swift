public import StrictJSON

extension LLaVAConfig {
    /// Both spellings of renamed keys are read.
    public init(json: JSONValue, file: String) throws(ModelConfigError) {
        self.init()
        var reader = ConfigReader(json, file: file)
        reader.require("model_type", "llava")
        read(&reader)
        try reader.finish()
    }

    /// All but `model_type`: what LLaVA and its successors have in common.
    mutating func read(_ reader: inout ConfigReader) {
        reader.read("image_token_index", "image_token_id", into: &imageTokenID)
        reader.read("vision_feature_layer", into: &visionFeatureLayer, in: -1001...1000)
        reader.read("projector_hidden_act", into: &projectorActivation)
        reader.choose("vision_feature_select_strategy", ["default": true, "full": false], into: &dropsClassToken)
        reader.require("multimodal_projector_bias", true)
        reader.section("vision_config") { section in
            vision = .forAbsentKeys
            vision.read(&section)
        }
        reader.section("text_config") { text.read(&$0, default: .llama, among: [.llama, .mistral, .qwen2]) }
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
    }

    public var json: JSONValue {
        .object(
            JSONObject([
                ("architectures", ["LlavaForConditionalGeneration"]), ("model_type", "llava"),
                ("image_seq_length", .integer(Int64(featureCount))),
            ] + commonMembers))
    }

    /// What LLaVA and its successors write alike.
    var commonMembers: [(String, JSONValue)] {
        [
            ("image_token_index", .integer(Int64(imageTokenID))),
            ("projector_hidden_act", .string(projectorActivation.rawValue)), ("multimodal_projector_bias", true),
            ("vision_feature_layer", .integer(Int64(visionFeatureLayer))),
            ("vision_feature_select_strategy", .string(dropsClassToken ? "default" : "full")),
            ("tie_word_embeddings", .bool(text.tiesEmbeddings)), ("text_config", text.json), ("vision_config", vision.json),
        ]
    }
}

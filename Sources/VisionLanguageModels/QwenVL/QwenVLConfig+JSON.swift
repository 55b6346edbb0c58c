public import StrictJSON

extension QwenVLConfig {
    /// Decoder settings may stand beside the others, as in the published files, or in a `text_config`.
    public init(json: JSONValue, file: String) throws(ModelConfigError) {
        self.init()
        var reader = ConfigReader(json, file: file)
        let isWindowed = reader.choice("model_type", ["qwen2_vl": false, "qwen2_5_vl": true]) ?? false
        let architecture = isWindowed ? DecoderConfig.Architecture.qwen25VL : .qwen2VL
        reader.read("image_token_id", into: &imageTokenID)
        reader.read("video_token_id", into: &videoTokenID)
        reader.read("vision_start_token_id", into: &visionStartTokenID)
        reader.read("vision_end_token_id", into: &visionEndTokenID)
        if reader.has("text_config") {
            reader.section("text_config") { text.read(&$0, default: architecture, among: [architecture]) }
        } else {
            text.read(&reader, default: architecture, among: nil)
        }
        var tiesEmbeddings = false
        reader.read("tie_word_embeddings", into: &tiesEmbeddings)
        text.tiesEmbeddings = text.tiesEmbeddings || tiesEmbeddings  // either place may say so
        if isWindowed { vision = .absentWindowedKeys }
        reader.section("vision_config") { vision.read(&$0, isWindowed: isWindowed) }
        if vision.outputSize != text.hiddenSize {
            reader.problem(
                isWindowed ? "vision_config.out_hidden_size" : "vision_config.hidden_size", "\(vision.outputSize)",
                "the decoder's hidden_size \(text.hiddenSize)")
        }
        if Int(imageTokenID) >= text.vocabularySize {
            reader.problem("image_token_id", "\(imageTokenID)", "an id below vocab_size \(text.vocabularySize)")
        }
        try reader.finish()
    }

    /// With the decoder's settings beside the others: every version of transformers reads that.
    public var json: JSONValue {
        var object = text.json.object ?? JSONObject()
        let name = isWindowed ? "Qwen2_5_VLForConditionalGeneration" : "Qwen2VLForConditionalGeneration"
        object["architectures"] = [.string(name)]
        object["model_type"] = isWindowed ? "qwen2_5_vl" : "qwen2_vl"
        object["image_token_id"] = .integer(Int64(imageTokenID))
        object["video_token_id"] = .integer(Int64(videoTokenID))
        object["vision_start_token_id"] = .integer(Int64(visionStartTokenID))
        object["vision_end_token_id"] = .integer(Int64(visionEndTokenID))
        object["vision_config"] = vision.json
        return .object(object)
    }
}

extension QwenVisionConfig {
    /// What Qwen2.5-VL's `vision_config` means by the keys that it leaves out.
    static var absentWindowedKeys: QwenVisionConfig {
        var config = QwenVisionConfig()
        config.kind = .windowed(side: 112, fullLayers: [7, 15, 23, 31])
        (config.hiddenSize, config.intermediateSize, config.activation) = (3584, 3420, .silu)
        return config
    }

    mutating func read(_ reader: inout ConfigReader, isWindowed: Bool) {
        _ = reader.choice(
            "model_type",
            isWindowed ? ["qwen2_5_vl": true, "qwen2_5_vl_vision": true] : ["qwen2_vl": true, "qwen2_vl_vision": true])
        reader.read("depth", into: &layerCount, in: 1...1000)
        reader.read("num_heads", into: &headCount)
        reader.read("in_channels", into: &channelCount)
        reader.read("patch_size", into: &patchSize)
        reader.read("spatial_merge_size", into: &mergeSize)
        reader.read("temporal_patch_size", into: &temporalPatchSize)
        reader.read("hidden_act", into: &activation)
        reader.read("initializer_range", into: &initializerRange)
        reader.section("rope_parameters") { section in
            section.require("rope_type", "axial")
            section.refuse("rope_theta", unless: 10000, "the tower's rotary embedding has this base")
        }
        if isWindowed {
            readWindowed(&reader)
        } else {
            reader.read("embed_dim", into: &hiddenSize)
            reader.read("hidden_size", into: &outputSize)
            var ratio = 4
            reader.read("mlp_ratio", into: &ratio)
            intermediateSize = hiddenSize * ratio
        }
        if hiddenSize % (headCount * 4) != 0 {
            reader.problem("num_heads", "\(headCount)", "a divisor of a quarter of the tower's size \(hiddenSize)")
        }
        if channelCount != 3 { reader.problem("in_channels", "\(channelCount)", "3: pictures are red, green and blue") }
    }

    private mutating func readWindowed(_ reader: inout ConfigReader) {
        reader.read("hidden_size", into: &hiddenSize)
        reader.read("intermediate_size", into: &intermediateSize)
        reader.read("out_hidden_size", into: &outputSize)
        var (side, full) = (112, [7, 15, 23, 31])
        reader.read("window_size", into: &side)
        reader.read("fullatt_block_indexes", into: &full)
        if side < patchSize * mergeSize {
            reader.problem("window_size", "\(side)", "at least a place's side, \(patchSize * mergeSize)")
        }
        kind = .windowed(side: side, fullLayers: Set(full))
    }

    var json: JSONValue {
        var object = JSONObject([
            ("depth", .integer(Int64(layerCount))), ("num_heads", .integer(Int64(headCount))),
            ("in_channels", .integer(Int64(channelCount))), ("patch_size", .integer(Int64(patchSize))),
            ("spatial_merge_size", .integer(Int64(mergeSize))),
            ("temporal_patch_size", .integer(Int64(temporalPatchSize))), ("hidden_act", .string(activation.rawValue)),
            ("initializer_range", .number(initializerRange)),
        ])
        switch kind {
        case .full:
            object["model_type"] = "qwen2_vl"
            object["embed_dim"] = .integer(Int64(hiddenSize))
            object["hidden_size"] = .integer(Int64(outputSize))
            object["mlp_ratio"] = .integer(Int64(intermediateSize / hiddenSize))
        case .windowed(let side, let fullLayers):
            object["model_type"] = "qwen2_5_vl"
            object["hidden_size"] = .integer(Int64(hiddenSize))
            object["intermediate_size"] = .integer(Int64(intermediateSize))
            object["out_hidden_size"] = .integer(Int64(outputSize))
            object["window_size"] = .integer(Int64(side))
            object["fullatt_block_indexes"] = .array(fullLayers.sorted().map { .integer(Int64($0)) })
        }
        return .object(object)
    }
}

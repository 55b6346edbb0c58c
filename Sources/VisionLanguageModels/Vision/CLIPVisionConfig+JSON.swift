import StrictJSON

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

import StrictJSON
import TorchNN

extension DecoderConfig {
    /// Reads a `text_config`, or the whole `config.json` of a language model.
    ///
    /// - Parameters:
    ///   - architecture: the kind of decoder that a section without `model_type` means.
    ///   - known: what `model_type` may say; `nil` where it speaks of the whole model.
    mutating func read(
        _ reader: inout ConfigReader, default architecture: Architecture, among known: [Architecture]?
    ) {
        let choices = known.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.rawValue, $0) }) }
        self = .absentKeys(choices.flatMap { reader.choice("model_type", $0) } ?? architecture)
        reader.require("hidden_act", "silu")
        reader.require("attention_bias", false)
        reader.require("mlp_bias", false)
        reader.read("vocab_size", into: &vocabularySize, in: 1...1 << 22)
        reader.read("hidden_size", into: &hiddenSize)
        reader.read("intermediate_size", into: &intermediateSize)
        reader.read("num_hidden_layers", into: &layerCount, in: 1...1000)
        readHeads(&reader)
        reader.read("max_position_embeddings", into: &maximumPositions, in: 1...1 << 24)
        reader.read("rms_norm_eps", into: &normEpsilon)
        readRotation(&reader)
        readWindow(&reader)
        reader.read("tie_word_embeddings", into: &tiesEmbeddings)
        reader.read("initializer_range", into: &initializerRange)
    }

    private mutating func readHeads(_ reader: inout ConfigReader) {
        reader.read("num_attention_heads", into: &headCount)
        if architecture == .llama || reader.isNull("num_key_value_heads") { keyValueHeadCount = headCount }
        reader.read("num_key_value_heads", into: &keyValueHeadCount)
        headSize = hiddenSize / headCount
        reader.read("head_dim", into: &headSize)
        if headCount % keyValueHeadCount != 0 {
            reader.problem(
                "num_key_value_heads", "\(keyValueHeadCount)", "a divisor of num_attention_heads \(headCount)")
        }
        if headSize % 2 != 0 { reader.problem("head_dim", "\(headSize)", "an even number") }
        if !ropeSections.isEmpty, headSize * headCount != hiddenSize {
            reader.problem("head_dim", "\(headSize)", "hidden_size / num_attention_heads, as \(architecture.rawValue) has it")
        }
    }

    /// Both spellings: `rope_theta` with `rope_scaling`, which wins, and `rope_parameters`.
    private mutating func readRotation(_ reader: inout ConfigReader) {
        reader.read("rope_theta", into: &ropeBase)
        reader.refuse("partial_rotary_factor", unless: 1, "rotation of a part of the head is not supported")
        for key in ["rope_parameters", "rope_scaling"] {
            reader.section(key) { section in
                section.read("rope_theta", into: &ropeBase)
                section.refuse("partial_rotary_factor", unless: 1, "rotation of a part of the head is not supported")
                if !ropeSections.isEmpty { section.read("mrope_section", into: &ropeSections) }
                readScaling(&section)
            }
        }
        if !ropeSections.isEmpty, ropeSections.reduce(0, +) != headSize / 2 {
            reader.problem(
                "rope_scaling.mrope_section", "\(ropeSections)", "numbers that add up to half the head size, \(headSize / 2)")
        }
    }

    private mutating func readScaling(_ section: inout ConfigReader) {
        let type = section.has("rope_type") ? "rope_type" : "type"
        let isBare = !section.has(type)
        var kinds = ["default": "default", "linear": "linear", "llama3": "llama3"]
        if !ropeSections.isEmpty { kinds["mrope"] = "default" }
        if isBare, section.has("factor") { section.problem("rope_type", "nothing", "a kind of scaling beside factor") }
        switch section.choice(type, kinds) ?? "default" {
        case "linear":
            var factor = 0.0
            section.readRequired("factor", into: &factor)
            ropeScaling = .linear(factor: factor)
        case "llama3":
            var (factor, low, high, limit) = (0.0, 0.0, 0.0, maximumPositions)
            section.readRequired("factor", into: &factor)
            section.readRequired("low_freq_factor", into: &low)
            section.readRequired("high_freq_factor", into: &high)
            section.read("original_max_position_embeddings", into: &limit, in: 1...1 << 24)
            ropeScaling = .llama3(factor: factor, lowFactor: low, highFactor: high, originalLimit: limit)
        default: ropeScaling = .none
        }
    }

    /// Mistral: all layers, unless null. Qwen: only with `use_sliding_window`, the layers that `layer_types` names, or
    /// those from `max_window_layers` on.
    private mutating func readWindow(_ reader: inout ConfigReader) {
        var window = slidingWindow ?? 0
        reader.read("sliding_window", into: &window, in: 1...1 << 24)
        var isUsed = slidingWindow != nil && !reader.isNull("sliding_window")
        var first = 0
        if hasAttentionBiases {
            var asks = false
            reader.read("use_sliding_window", into: &asks)
            isUsed = isUsed && asks
            first = architecture == .qwen2 ? 28 : 80
            reader.read("max_window_layers", into: &first, in: 0...1000)
        }
        var layers = Set((0..<layerCount).filter { $0 >= first })
        if hasAttentionBiases {
            reader.readLayers("layer_types", ["sliding_attention": true, "full_attention": false], layerCount, into: &layers)
        }
        isUsed = isUsed && !layers.isEmpty
        (slidingWindow, windowedLayers) = isUsed ? (window, layers) : (nil, [])
    }

    /// As transformers reads it back, in the spelling that all its versions know.
    var json: JSONValue {
        var object = JSONObject([
            ("model_type", .string(architecture.rawValue)), ("vocab_size", .integer(Int64(vocabularySize))),
            ("hidden_size", .integer(Int64(hiddenSize))), ("intermediate_size", .integer(Int64(intermediateSize))),
            ("num_hidden_layers", .integer(Int64(layerCount))), ("num_attention_heads", .integer(Int64(headCount))),
            ("num_key_value_heads", .integer(Int64(keyValueHeadCount))),
            ("max_position_embeddings", .integer(Int64(maximumPositions))), ("rms_norm_eps", .number(normEpsilon)),
            ("rope_theta", .number(ropeBase)), ("hidden_act", "silu"), ("tie_word_embeddings", .bool(tiesEmbeddings)),
            ("initializer_range", .number(initializerRange)),
        ])
        if ropeSections.isEmpty { object["head_dim"] = .integer(Int64(headSize)) }
        if let scaling = scalingJSON { object["rope_scaling"] = scaling }
        switch architecture {
        case .llama: break
        case .mistral: object["sliding_window"] = slidingWindow.map { .integer(Int64($0)) } ?? .null
        case .qwen2, .qwen2VL, .qwen25VL:
            object["use_sliding_window"] = .bool(slidingWindow != nil)
            object["sliding_window"] = slidingWindow.map { .integer(Int64($0)) } ?? .null
            object["max_window_layers"] = .integer(Int64(windowedLayers.min() ?? layerCount))
            object["layer_types"] = .array(
                (0..<layerCount).map { windowedLayers.contains($0) ? "sliding_attention" : "full_attention" })
        }
        return .object(object)
    }

    private var scalingJSON: JSONValue? {
        switch ropeScaling {
        case .none:
            guard !ropeSections.isEmpty else { return nil }
            return ["type": "mrope", "mrope_section": .array(ropeSections.map { .integer(Int64($0)) })]
        case .linear(let factor):
            var json = JSONObject([("rope_type", "linear"), ("factor", .number(factor))])
            if !ropeSections.isEmpty { json["mrope_section"] = .array(ropeSections.map { .integer(Int64($0)) }) }
            return .object(json)
        case .llama3(let factor, let low, let high, let limit):
            var json = JSONObject([
                ("rope_type", "llama3"), ("factor", .number(factor)), ("low_freq_factor", .number(low)),
                ("high_freq_factor", .number(high)), ("original_max_position_embeddings", .integer(Int64(limit))),
            ])
            if !ropeSections.isEmpty { json["mrope_section"] = .array(ropeSections.map { .integer(Int64($0)) }) }
            return .object(json)
        }
    }
}

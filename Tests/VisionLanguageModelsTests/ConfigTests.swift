import Foundation
import StrictJSON
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("config.json")
struct ConfigTests {
    private func read(_ text: String) throws -> LLaVAConfig {
        try LLaVAConfig(json: JSONValue(parsing: text), file: "config.json")
    }

    /// The default placeholder, 32000, lies just beyond the default vocabulary.
    private let placeholder = #""image_token_index": 7"#

    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return (error as? ModelConfigError)?.problems ?? ["\(error)"]
        }
    }

    @Test("an empty one means LLaVA-1.5's tower and a default Llama, as in transformers")
    func absent() throws {
        let config = try read("{\(placeholder)}")
        #expect(config.visionFeatureLayer == -2 && config.dropsClassToken)
        #expect((config.vision.hiddenSize, config.vision.imageSize, config.vision.patchSize) == (1024, 336, 14))
        #expect((config.vision.layerCount, config.vision.headCount, config.vision.intermediateSize) == (24, 16, 4096))
        #expect(config.featureCount == 576)
        #expect(config.text.normEpsilon == 1e-6 && config.text.maximumPositions == 2048)
    }

    @Test("the published LLaVA-1.5-7B says what it leaves out by transformers' defaults")
    func published() throws {
        let config = try read(
            """
            {"architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_token_index": 32000,
             "model_type": "llava", "pad_token_id": 32001, "projector_hidden_act": "gelu", "tie_word_embeddings": false,
             "text_config": {"_name_or_path": "lmsys/vicuna-7b-v1.5", "max_position_embeddings": 4096,
                             "model_type": "llama", "rms_norm_eps": 1e-05, "torch_dtype": "float16", "vocab_size": 32064},
             "vision_config": {"hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
                               "model_type": "clip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 24,
                               "patch_size": 14, "projection_dim": 768, "vocab_size": 32000},
             "vision_feature_layer": -2, "vision_feature_select_strategy": "default", "vocab_size": 32064}
            """)
        #expect((config.text.vocabularySize, config.text.hiddenSize, config.text.layerCount) == (32064, 4096, 32))
        #expect((config.text.keyValueHeadCount, config.text.headSize) == (32, 128))
        #expect((config.text.normEpsilon, config.text.ropeBase, config.text.maximumPositions) == (1e-5, 10000, 4096))
        #expect(config.featureCount == 576 && config.vision.activation == .quickGelu)
    }

    @Test("a vision_config's absent keys are ViT-B/32's, not LLaVA's")
    func partialTower() throws {
        let config = try read(#"{\#(placeholder), "vision_config": {"image_size": 64}}"#)
        #expect((config.vision.hiddenSize, config.vision.patchSize, config.vision.imageSize) == (768, 32, 64))
    }

    @Test("both spellings of renamed keys are read")
    func spellings() throws {
        #expect(try read(#"{"image_token_id": 7}"#).imageTokenID == 7)
        #expect(try read(#"{\#(placeholder), "text_config": {"rope_theta": 500}}"#).text.ropeBase == 500)
        #expect(
            try read(
                #"{\#(placeholder), "text_config": {"rope_parameters": {"rope_type": "default", "rope_theta": 500}}}"#
            ).text.ropeBase == 500)
        #expect(
            try read(#"{\#(placeholder), "tie_word_embeddings": false, "text_config": {"tie_word_embeddings": true}}"#)
                .text.tiesEmbeddings)
        #expect(try read(#"{\#(placeholder), "tie_word_embeddings": true, "text_config": {}}"#).text.tiesEmbeddings)
    }

    @Test("is read back as it was written", arguments: Recorded.names)
    func roundTrip(name: String) throws {
        var config = try LLaVAConfig(readingFrom: Recorded(name).folder)
        #expect(try LLaVAConfig(json: config.json, file: "config.json") == config)
        config.projectorActivation = .relu
        config.text.ropeBase = 12345.5
        #expect(try LLaVAConfig(json: config.json, file: "config.json") == config)
    }

    @Test(
        "names key, value found and what was expected",
        arguments: [
            (#"{"model_type": "qwen2_vl"}"#, #"model_type: found "qwen2_vl", expected llava"#),
            (
                #"{"text_config": {"hidden_size": "4096"}}"#,
                #"text_config.hidden_size: found "4096", expected a whole number from 1 to 1048576"#
            ),
            (
                #"{"vision_config": {"num_attention_heads": 5}}"#,
                "vision_config.num_attention_heads: found 5, expected a divisor of hidden_size 768"
            ),
            (
                #"{"text_config": {"num_attention_heads": 8, "num_key_value_heads": 3}}"#,
                "text_config.num_key_value_heads: found 3, expected a divisor of num_attention_heads 8"
            ),
            (#"{"text_config": {"hidden_act": "gelu"}}"#, #"text_config.hidden_act: found "gelu", expected silu"#),
            (#"{"text_config": {"attention_bias": true}}"#, "text_config.attention_bias: found true, expected false"),
            (#"{"text_config": {"rope_scaling": {"factor": 2}}}"#, "text_config.rope_scaling"),
            (
                #"{"text_config": {"rope_parameters": {"rope_type": "llama3"}}}"#,
                "text_config.rope_parameters.low_freq_factor: found nothing, expected a positive number"
            ),
            (#"{"vision_config": {"model_type": "siglip_vision_model"}}"#, "vision_config.model_type"),
            (
                #"{"vision_config": {"hidden_act": "swish"}}"#,
                "vision_config.hidden_act: found \"swish\", expected one of gelu, quick_gelu"
            ),
            (#"{"vision_feature_layer": 99}"#, "vision_feature_layer: found 99, expected -25 to 24"),
            (#"{"vision_feature_layer": [-2, -5]}"#, "vision_feature_layer: found [-2,-5], expected a whole number"),
            (
                #"{"vision_feature_select_strategy": "cls"}"#,
                "vision_feature_select_strategy: found \"cls\", expected one of default, full"
            ),
            (
                #"{"image_token_index": 32000, "text_config": {"vocab_size": 100}}"#,
                "image_token_index: found 32000, expected an id below vocab_size 100"
            ),
            (
                #"{"text_config": {"num_hidden_layers": 1000000}}"#,
                "text_config.num_hidden_layers: found 1000000, expected a whole number from 1 to 1000"
            ),
            (#"{"text_config": {"rms_norm_eps": 0}}"#, "text_config.rms_norm_eps: found 0, expected a positive number"),
            (#"{"text_config": 3}"#, "text_config"),
            (
                #"{"vision_config": {"patch_size": 14, "image_size": 7}}"#,
                "vision_config.patch_size: found 14, expected at most image_size 7"
            ),
            (#"{"multimodal_projector_bias": false}"#, "multimodal_projector_bias: found false, expected true"),
        ])
    func errors(text: String, problem: String) {
        let found = problems(text)
        #expect(found.contains { $0.hasPrefix(problem) }, "\(found)")
    }

    @Test("names everything that is wrong at once")
    func several() {
        let found = problems(
            #"{"model_type": "x", "text_config": {"vocab_size": -1}, "vision_config": {"image_size": 1.5}}"#)
        #expect(found.count >= 3)
    }
}

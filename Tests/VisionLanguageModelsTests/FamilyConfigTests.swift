import Foundation
import StrictJSON
import Testing
import TorchNN
import VisionLanguageModels

@Suite("config.json of every family")
struct FamilyConfigTests {
    private func read(_ text: String) throws -> any ModelConfig {
        try ModelFamily.config(json: JSONValue(parsing: text), file: "config.json")
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return (error as? ModelConfigError)?.problems ?? ["\(error)"]
        }
    }

    @Test("Qwen2-VL's published form has the decoder's settings beside the others")
    func qwen2VL() throws {
        let config = try #require(
            read(
                """
                {"architectures": ["Qwen2VLForConditionalGeneration"], "attention_dropout": 0.0, "vision_start_token_id": 151652,
                 "vision_end_token_id": 151653, "vision_token_id": 151654, "image_token_id": 151655, "video_token_id": 151656,
                 "hidden_act": "silu", "hidden_size": 1536, "intermediate_size": 8960, "max_position_embeddings": 32768,
                 "max_window_layers": 28, "model_type": "qwen2_vl", "num_attention_heads": 12, "num_hidden_layers": 28,
                 "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768,
                 "tie_word_embeddings": true, "use_sliding_window": false,
                 "vision_config": {"depth": 32, "embed_dim": 1280, "mlp_ratio": 4, "num_heads": 16, "in_chans": 3,
                                   "hidden_size": 1536, "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14,
                                   "temporal_patch_size": 2},
                 "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "vocab_size": 151936}
                """) as? QwenVLConfig)
        #expect(config.text.architecture == .qwen2VL && config.text.tiesEmbeddings)
        #expect((config.text.headSize, config.text.keyValueHeadCount, config.text.layerCount) == (128, 2, 28))
        #expect(config.text.ropeSections == [16, 24, 24] && config.text.slidingWindow == nil)
        #expect((config.vision.intermediateSize, config.vision.outputSize, config.vision.kind) == (5120, 1536, .full))
    }

    @Test("LLaVA-1.6 on Mistral: a window of null sees everything, an absent one is Mistral's own")
    func mistral() throws {
        let text = """
            {"model_type": "llava_next", "image_token_index": 32000,
             "image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]],
             "text_config": {"model_type": "mistral", "intermediate_size": 14336, "max_position_embeddings": 32768,
                             "num_key_value_heads": 8, "rms_norm_eps": 1e-05, "rope_theta": 1000000.0,
                             "sliding_window": null, "vocab_size": 32064},
             "vision_config": {"hidden_size": 1024, "image_size": 336, "intermediate_size": 4096, "num_attention_heads": 16,
                               "num_hidden_layers": 24, "patch_size": 14}}
            """
        let config = try read(text)
        #expect(config.text.slidingWindow == nil && config.text.keyValueHeadCount == 8)
        let absent = try read(text.replacingOccurrences(of: #""sliding_window": null, "#, with: ""))
        #expect(absent.text.slidingWindow == 4096 && absent.text.windowedLayers.count == 32)
    }

    @Test("SmolVLM-256M's published form")
    func smolVLM() throws {
        let config = try #require(
            read(
                """
                {"architectures": ["Idefics3ForConditionalGeneration"], "image_token_id": 49190, "model_type": "idefics3",
                 "scale_factor": 4, "tie_word_embeddings": false, "vocab_size": 49280,
                 "text_config": {"_flash_attn_2_enabled": true, "head_dim": 64, "hidden_size": 576, "intermediate_size": 1536,
                                 "is_llama_config": true, "max_position_embeddings": 8192, "model_type": "llama",
                                 "num_attention_heads": 9, "num_hidden_layers": 30, "num_key_value_heads": 3,
                                 "qk_layer_norms": false, "rms_norm_eps": 1e-05, "rope_theta": 100000, "vocab_size": 49280,
                                 "use_resampler": false},
                 "vision_config": {"hidden_size": 768, "image_size": 512, "intermediate_size": 3072,
                                   "max_image_size": {"longest_edge": 512}, "model_type": "idefics3",
                                   "num_attention_heads": 12, "patch_size": 16, "size": {"longest_edge": 2048}}}
                """) as? Idefics3Config)
        #expect(config.featureCount == 64 && !config.isSmolVLM)
        #expect((config.vision.layerCount, config.text.ropeBase) == (12, 100_000))
    }

    @Test("Llama 3.1's scaled rotary embedding, in both spellings")
    func scaledRotation() throws {
        let expected = RotaryScaling.llama3(factor: 8, lowFactor: 1, highFactor: 4, originalLimit: 8192)
        let values = #""factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192"#
        let older = try read(
            #"{"model_type": "llama", "rope_theta": 500000.0, "rope_scaling": {"rope_type": "llama3", \#(values)}}"#)
        let newer = try read(
            #"{"model_type": "llama", "rope_parameters": {"rope_type": "llama3", "rope_theta": 500000.0, \#(values)}}"#)
        #expect(older.text.ropeScaling == expected && older.text.ropeBase == 500_000)
        #expect(newer.text == older.text)
    }

    @Test("is read back as it was written", arguments: RecordedFamily.all)
    func roundTrip(name: String) throws {
        let config = try RecordedFamily(name).config()
        let again = try ModelFamily.config(json: config.json, file: "config.json")
        #expect(again.text == config.text && again.json == config.json)
    }

    @Test(
        "what is not supported is refused by name",
        arguments: [
            (#"{"model_type": "paligemma"}"#, #"model_type: found "paligemma", expected one of idefics3, llama, llava"#),
            (#"{}"#, "model_type: found nothing, expected one of"),
            (#"{"model_type": "llama", "quantization_config": {"bits": 4}}"#, "quantization_config: found"),
            (
                #"{"model_type": "llama", "rope_scaling": {"rope_type": "yarn", "factor": 4}}"#,
                #"rope_scaling.rope_type: found "yarn", expected one of default, linear, llama3"#
            ),
            (#"{"model_type": "llama", "partial_rotary_factor": 0.5}"#, "partial_rotary_factor: found 0.5, expected 1.0"),
            (#"{"model_type": "qwen2", "hidden_act": "gelu"}"#, #"hidden_act: found "gelu", expected silu"#),
            (
                #"{"model_type": "qwen2", "num_hidden_layers": 2, "layer_types": ["full_attention", "linear_attention"]}"#,
                "layer_types: found"
            ),
            (
                #"{"model_type": "qwen2_vl", "rope_scaling": {"type": "mrope", "mrope_section": [1, 2, 3]}}"#,
                "rope_scaling.mrope_section: found [1, 2, 3], expected numbers that add up to half the head size, 64"
            ),
            (
                #"{"model_type": "qwen2_5_vl", "vision_config": {"out_hidden_size": 64}}"#,
                "vision_config.out_hidden_size: found 64, expected the decoder's hidden_size 8192"
            ),
            (
                #"{"model_type": "llava_next", "image_token_index": 7, "image_grid_pinpoints": [[100, 672]]}"#,
                "image_grid_pinpoints: found [[100,672]], expected [height, width] pairs, multiples of image_size 336"
            ),
            (
                #"{"model_type": "llava_next", "image_token_index": 7, "vision_feature_select_strategy": "full"}"#,
                "vision_feature_select_strategy: found \"full\""
            ),
            (#"{"model_type": "smolvlm", "scale_factor": 4}"#, "scale_factor: found 4, expected a divisor of the 7 patches"),
            (#"{"model_type": "llava", "text_config": {"model_type": "gemma"}}"#, "text_config.model_type: found \"gemma\""),
        ])
    func refusals(text: String, problem: String) {
        let found = problems(text)
        #expect(found.contains { $0.hasPrefix(problem) }, "\(found)")
    }
}

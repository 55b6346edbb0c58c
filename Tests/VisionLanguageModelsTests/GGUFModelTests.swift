import Foundation
import GGUF
import StrictJSON
import Testing
import Tokenizers
import Torch
import TorchNN

@testable import VisionLanguageModels

/// By golden: `Tests/Goldens/record_gguf.py`, a tiny model of the Llama architecture.
@Suite("A GGUF file of the Llama architecture")
struct GGUFModelTests {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens/gguf")

    static func file() throws -> GGUFFile { try GGUFFile(folder.appending(path: "llama.gguf")) }
    static func golden(_ name: String) throws -> Tensor {
        try SafetensorsFile(folder.appending(path: "llama.safetensors")).tensor(name)
    }

    /// Exact: rows are moved, not computed with.
    @Test("has Hugging Face's names, and its rows of queries and keys in their order")
    func weights() throws {
        let source = try LlamaGGUF(Self.file())
        let names = Set(try #require(source.names))
        #expect(
            names.count == 21
                && names.isSuperset(of: ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]))
        for (golden, name) in [
            ("q_proj", "model.layers.0.self_attn.q_proj.weight"), ("k_proj", "model.layers.1.self_attn.k_proj.weight"),
        ] {
            let recorded = try Self.golden(golden)
            let found = try #require(try source.tensor(named: name, shape: recorded.shape, initial: .zeros))
            #expect(found.shape == recorded.shape)
            #expect(try distance(found, recorded) == 0)
        }
        #expect(try source.tensor(named: "nothing", shape: [], initial: .zeros) == nil)
    }

    @Test("says in config.json what its metadata says")
    func config() throws {
        let config = try LlamaGGUF(Self.file()).config
        let expected: [(String, JSONValue)] = [
            ("model_type", "llama"), ("vocab_size", 263), ("hidden_size", 32), ("intermediate_size", 64),
            ("num_hidden_layers", 2),
            ("num_attention_heads", 4), ("num_key_value_heads", 2), ("head_dim", 8), ("max_position_embeddings", 128),
            ("rms_norm_eps", 1e-5), ("rope_theta", .number(50000)), ("tie_word_embeddings", false),
            ("bos_token_id", 261),
            ("eos_token_id", 262),
        ]
        for (key, value) in expected { #expect(config[key] == value, "\(key)") }
    }

    @Test("becomes a folder with an index, one type, and its own tokenizer and template")
    func converted() throws {
        try withTemporaryFolder { folder in
            let output = folder.appending(path: "model")
            try ModelConversion(dtype: .bfloat16, maximumShardBytes: 30_000).convert(Self.file(), to: output)
            let files = try ShardedSafetensors(output)
            let source = try LlamaGGUF(Self.file())
            #expect(FileManager.default.fileExists(atPath: output.appending(path: "model.safetensors.index.json").path))
            #expect(Set(files.names) == Set(try #require(source.names)))
            for parameter in source.parameters {
                #expect(files.dtype(of: parameter.name) == .bfloat16)
                let original = try #require(
                    try source.tensor(named: parameter.name, shape: parameter.shape, initial: .zeros))
                #expect(try distance(files.tensor(parameter.name), original.to(.bfloat16)) == 0, "\(parameter.name)")
            }
            let tokenizer = try Tokenizer(directory: output)
            // "the" and " the" are merges; "thing" is t, h, i, n, g with th and ing merged: ids follow the 256 bytes in that order.
            #expect(tokenizer.encode("the thing", controlTokens: false, addSpecial: true) == [257, 32, 256, 260])
            #expect(tokenizer.specialTokens.eos == "<|im_end|>" && tokenizer.chatTemplate != nil)
            #expect(throws: (any Error).self) { try ModelConversion(dtype: .float32).convert(Self.file(), to: output) }
        }
    }
}

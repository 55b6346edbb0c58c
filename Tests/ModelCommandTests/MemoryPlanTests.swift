import Foundation
import StrictJSON
import Testing

/// By hand, from LLaVA-1.5-7B's published sizes: 7,063,427,072 parameters, 303,507,456 of them in the tower; a score model
/// has 131,334,144 less (the language head) and 4,096 more.
@Suite("doctor's memory plan")
struct MemoryPlanTests {
    private func plan(_ arguments: String...) throws -> JSONValue {
        let folder = FileManager.default.temporaryDirectory.appending(path: "plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let config = """
            {"model_type": "llava", "image_token_index": 32000, "text_config": {"model_type": "llama", "vocab_size": 32064,
            "max_position_embeddings": 4096}, "vision_config": {"model_type": "clip_vision_model", "hidden_size": 1024,
            "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16, "image_size": 336, "patch_size": 14}}
            """
        try config.write(to: folder.appending(path: "config.json"), atomically: false, encoding: .utf8)
        let run = try ProgramRun(["doctor", "--model", folder.path, "--json"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        return try run.json()
    }

    private func role(_ name: String, of plan: JSONValue) throws -> JSONValue {
        try #require(plan["roles"]?.array?.first { $0["name"]?.string == name })
    }

    @Test("of Safe RLHF-V in full, bfloat16")
    func full() throws {
        let plan = try plan("--stage", "safe-rlhf-v", "--dtype", "bfloat16")
        let trained = 7_063_427_072 - 303_507_456, score = 7_063_427_072 - 131_334_144 + 4096
        #expect(plan["parameters"] == 7_063_427_072 && plan["trainable"]?.integer == trained)
        let policy = try role("policy", of: plan)
        #expect(policy["weights"] == 14_126_854_144 && policy["gradients"]?.integer == trained * 2)
        // Two moments and the float32 master of every trained number.
        #expect(policy["optimizer"]?.integer == trained * 12)
        #expect(try role("reference policy", of: plan)["total"] == 14_126_854_144)
        let critic = try role("cost critic", of: plan)
        #expect(critic["weights"]?.integer == score * 2 && critic["optimizer"]?.integer == (score - 303_507_456) * 12)
        #expect(plan["roles"]?.array?.count == 6)
        // 8 rows of 576 features, 64 words and 512 new tokens; 512 KiB a token; logits of one token a row.
        #expect(plan["generation"]?.integer == 8 * (576 + 64 + 512) * 524_288 + 8 * 32_064 * 4)
        #expect(plan["training"]?.integer == 8 * 1152 * 32 * 76_800 * 2 + 8 * 512 * 32_064 * 4 * 3)
        let roles = try #require(plan["roles"]?.array).reduce(0) { $0 + ($1["total"]?.integer ?? 0) }
        #expect(plan["peak"]?.integer == roles + (plan["training"]?.integer ?? 0))
    }

    @Test("with adapters the policy is its own reference, and only adapters train")
    func adapters() throws {
        let plan = try plan("--rank", "16", "--stage", "ppo")
        #expect(plan["trainable"]?.integer == 32 * 2 * 16 * 8192)
        #expect(try role("reference policy", of: plan)["total"] == 0)
        #expect(try role("policy", of: plan)["optimizer"]?.integer == 32 * 2 * 16 * 8192 * 12)
        #expect(plan["roles"]?.array?.count == 4)
    }

    @Test("of a reward model in float32 has no masters, no responses to write, and less to keep when recomputing")
    func reward() throws {
        let plan = try plan(
            "--stage", "reward", "--dtype", "float32", "--recompute", "--rows", "2", "--prompt-tokens", "100",
            "--maximum-new-tokens", "28")
        let trained = 7_063_427_072 - 131_334_144 + 4096 - 303_507_456
        #expect(try role("reward model", of: plan)["optimizer"]?.integer == trained * 8)
        #expect(plan["generation"] == 0)
        #expect(plan["training"]?.integer == 256 * (32 * 4096 + 76_800) * 4)
    }
}

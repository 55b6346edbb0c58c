public import GGUF
public import StrictJSON
public import Torch
public import TorchNN

/// A GGUF file of the Llama architecture as a source of weights, under the names of Hugging Face's checkpoints, and as
/// the `config.json` that belongs to them.
///
/// llama.cpp stores the rows of query and key projections in another order, so that its rotary embedding can turn
/// neighbours: that is undone here.
public struct LlamaGGUF: WeightSource {
    private let file: GGUFFile
    private let storedName: [String: String]
    private let headCount, keyValueHeadCount: Int
    /// What `config.json` of the same model says.
    public let config: JSONValue
    /// Every tensor of the file, in its order.
    public let parameters: [ModelOutline.Parameter]

    /// - Throws: `ModelConfigError` with everything in the file's metadata that is not understood.
    public init(_ file: GGUFFile) throws {
        self.file = file
        var reader = GGUFConfigReader(file)
        config = reader.config()
        (headCount, keyValueHeadCount) = (reader.headCount, reader.keyValueHeadCount)
        try reader.finish()
        storedName = Dictionary(file.tensors.map { (Self.publishedName($0.name), $0.name) }) { first, _ in first }
        parameters = file.tensors.map { .init(name: Self.publishedName($0.name), shape: $0.shape) }
    }

    public var origin: String { file.path }
    public var names: [String]? { Array(storedName.keys) }

    public func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        guard let stored = storedName[name].flatMap(file.tensor) else { return nil }
        let tensor = try file.tensor(stored)
        if name.hasSuffix("q_proj.weight") { return try unpermuted(tensor, headCount) }
        if name.hasSuffix("k_proj.weight") { return try unpermuted(tensor, keyValueHeadCount) }
        return tensor
    }

    /// Rows of each head from (0, h, 1, h + 1, …) to (0, 1, …, h, h + 1, …), where h is half the head's size.
    private func unpermuted(_ tensor: Tensor, _ heads: Int) throws -> Tensor {
        guard tensor.rank == 2, tensor.size(0) % (2 * heads) == 0 else { return tensor }
        return try tensor.reshaped(heads, tensor.size(0) / heads / 2, 2, tensor.size(1)).transposed(1, 2)
            .reshaped(tensor.size(0), tensor.size(1))
    }

    /// The name that Hugging Face's checkpoints have for a tensor of llama.cpp's; other names stay, and are left over.
    static func publishedName(_ stored: String) -> String {
        let parts = stored.split(separator: ".").map(String.init)
        if parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), let inLayer = layerNames[parts[2]] {
            return "model.layers.\(layer).\(inLayer).\(parts[3])"
        }
        return outerNames[stored] ?? stored
    }

    private static let outerNames = [
        "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight",
    ]
    private static let layerNames = [
        "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    ]
}

/// Reads a model's sizes out of a GGUF file's metadata, noting every key whose value does not fit.
private struct GGUFConfigReader {
    let file: GGUFFile
    private var problems: [String] = []
    private(set) var headCount = 1
    private(set) var keyValueHeadCount = 1

    init(_ file: GGUFFile) { self.file = file }

    mutating func config() -> JSONValue {
        if file["general.architecture"]?.string != "llama" {
            problem("general.architecture", "llama: other architectures are not read from GGUF files")
        }
        refuse("llama.rope.scaling.type", unless: "none", "scaled rotary embeddings are not supported")
        if file.tensor("rope_freqs.weight") != nil {
            problems.append("rope_freqs.weight: found scaled rotary frequencies, which are not supported")
        }
        if let experts = file["llama.expert_count"]?.integer, experts > 0 {
            problem("llama.expert_count", "nothing here: mixtures of experts are not supported")
        }
        let hidden = size("embedding_length")
        headCount = size("attention.head_count")
        keyValueHeadCount = size("attention.head_count_kv", headCount)
        let headSize = size("attention.key_length", hidden / headCount)
        if let rotated = file["llama.rope.dimension_count"], rotated.integer != headSize {
            problem("llama.rope.dimension_count", "\(headSize), the whole head")
        }
        let vocabulary = file.tensor("token_embd.weight")?.shape.first ?? 0
        return [
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": .integer(Int64(vocabulary)),
            "hidden_size": .integer(Int64(hidden)), "intermediate_size": .integer(Int64(size("feed_forward_length"))),
            "num_hidden_layers": .integer(Int64(size("block_count"))),
            "num_attention_heads": .integer(Int64(headCount)),
            "num_key_value_heads": .integer(Int64(keyValueHeadCount)), "head_dim": .integer(Int64(headSize)),
            "max_position_embeddings": .integer(Int64(size("context_length"))),
            "rms_norm_eps": .number(number("attention.layer_norm_rms_epsilon", 1e-5)),
            "rope_theta": .number(number("rope.freq_base", 10_000)), "hidden_act": "silu", "attention_bias": false,
            "mlp_bias": false, "tie_word_embeddings": .bool(file.tensor("output.weight") == nil),
            "bos_token_id": id("bos"), "eos_token_id": id("eos"), "pad_token_id": id("padding"),
        ]
    }

    func finish() throws(ModelConfigError) {
        guard problems.isEmpty else { throw ModelConfigError(file: file.path, problems: problems) }
    }

    private mutating func size(_ name: String, _ absent: Int? = nil) -> Int {
        let key = "llama." + name
        if file[key] == nil, let absent { return max(1, absent) }
        guard let size = file[key]?.integer, (1...1 << 20).contains(size) else {
            problem(key, "a whole number from 1 to \(1 << 20)")
            return 1
        }
        return size
    }

    /// A number that was trained as a decimal: 1e-5, not the double that float32's 1e-5 widens to.
    private mutating func number(_ name: String, _ absent: Double) -> Double {
        let key = "llama." + name
        guard let value = file[key] else { return absent }
        guard let number = value.number, number.isFinite, number > 0, let decimal = Double("\(Float(number))") else {
            problem(key, "a positive number")
            return absent
        }
        return decimal
    }

    private func id(_ name: String) -> JSONValue {
        file["tokenizer.ggml.\(name)_token_id"]?.integer.map { .integer(Int64($0)) } ?? .null
    }

    private mutating func refuse(_ key: String, unless neutral: String, _ reason: String) {
        if let value = file[key], value.string != neutral { problem(key, "nothing here: \(reason)") }
    }

    private mutating func problem(_ key: String, _ expected: String) {
        let found: String =
            switch file[key] {
            case nil: "nothing"
            case .string(let text)?: JSONValue.string(text).serialized()
            case .integer(let value)?: "\(value)"
            case .number(let value)?: "\(value)"
            case let value?: value.kind
            }
        problems.append("\(key): found \(found), expected \(expected)")
    }
}

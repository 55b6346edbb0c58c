import Torch
import TorchNN

/// Llama's decoder (Touvron et al. 2023), which Mistral and Qwen2 share. `B` rows, `L` tokens, `D` hidden size, `H` heads, `K` key-value heads,
/// `E` head size, `S` keys seen so far.
struct Decoder {
    let embedding: Embedding
    private let layers: [DecoderLayer]
    private let norm: RMSNorm
    private let rotary: RotaryEmbedding
    private let slidingWindow: Int?
    private let windowedLayers: Set<Int>

    init(_ config: DecoderConfig, _ weights: Weights, on device: Device) throws {
        embedding = try Embedding(config.vocabularySize, config.hiddenSize, weights["embed_tokens"])
        layers = try (0..<config.layerCount).map { try DecoderLayer(config, weights["layers"][$0]) }
        norm = try RMSNorm(config.hiddenSize, eps: config.normEpsilon, weights["norm"])
        rotary = try RotaryEmbedding(
            headSize: config.headSize, base: config.ropeBase, scaling: config.ropeScaling, sections: config.ropeSections,
            on: device)
        (slidingWindow, windowedLayers) = (config.slidingWindow, config.windowedLayers)
    }

    var layerCount: Int { layers.count }

    /// Embeddings `[B, L, D]` at `positions` `[B, L]`, or `[3, B, L]` with three axes → states after the final norm, `[B, L, D]`.
    ///
    /// - Parameter recomputing: keep no activations inside layers; compute them again in the backward pass.
    func callAsFunction(
        _ embeddings: Tensor, _ positions: Tensor, _ mask: AttentionMask, _ cache: KVCache?, recomputing: Bool
    ) throws -> Tensor {
        let rotation = try rotary.rotation(at: positions)
        let windowed = try windowedMask(mask, queries: embeddings.size(1), seen: cache?.length ?? 0, on: embeddings.device)
        var x = embeddings
        for (index, layer) in layers.enumerated() {
            let mask = windowedLayers.contains(index) ? windowed : mask
            if recomputing && isRecordingGradients {
                x = try checkpointed([x]) { try layer($0[0], rotation, mask, nil) }
            } else {
                x = try layer(x, rotation, mask, cache?.layer(index))
            }
        }
        cache?.advance(by: embeddings.size(1))
        return try norm(x)
    }

    /// The mask that also hides what is before the sliding window; the same one while nothing is.
    private func windowedMask(_ mask: AttentionMask, queries: Int, seen: Int, on device: Device) throws -> AttentionMask {
        guard let slidingWindow, seen + queries > slidingWindow else { return mask }
        let key = try Tensor.range(seen + queries, on: device).reshaped(1, 1, 1, -1)
        let query = try Tensor.range(seen + queries, on: device).sliced(0, seen..<(seen + queries)).reshaped(1, 1, -1, 1)
        let near = try (query - Double(slidingWindow)).isLess(than: key)
        return switch mask {
        case .none: .tensor(near)
        case .causal: .tensor(try near.and(key.isAtMost(query)))
        case .tensor(let allowed): .tensor(try near.and(allowed))
        }
    }
}

private struct DecoderLayer {
    let inputNorm, postAttentionNorm: RMSNorm
    let attention: DecoderAttention
    let gate, up, down: Linear

    init(_ config: DecoderConfig, _ weights: Weights) throws {
        let start = InitialValues.normal(config.initializerRange)
        inputNorm = try RMSNorm(config.hiddenSize, eps: config.normEpsilon, weights["input_layernorm"])
        postAttentionNorm = try RMSNorm(config.hiddenSize, eps: config.normEpsilon, weights["post_attention_layernorm"])
        attention = try DecoderAttention(config, weights["self_attn"])
        let mlp = weights["mlp"]
        gate = try Linear(config.hiddenSize, config.intermediateSize, bias: false, mlp["gate_proj"], initial: start)
        up = try Linear(config.hiddenSize, config.intermediateSize, bias: false, mlp["up_proj"], initial: start)
        down = try Linear(config.intermediateSize, config.hiddenSize, bias: false, mlp["down_proj"], initial: start)
    }

    /// `[B, L, D]` → `[B, L, D]`
    func callAsFunction(
        _ x: Tensor, _ rotation: Rotation, _ mask: AttentionMask, _ cache: KVCacheLayer?
    ) throws -> Tensor {
        let h = try x + attention(inputNorm(x), rotation, mask, cache)
        let y = try postAttentionNorm(h)
        return try h + down(gate(y).silu() * up(y))
    }
}

private struct DecoderAttention {
    let query, key, value, out: Linear
    let headCount, keyValueHeadCount, headSize: Int

    init(_ config: DecoderConfig, _ weights: Weights) throws {
        let (width, start) = (config.hiddenSize, InitialValues.normal(config.initializerRange))
        (headCount, keyValueHeadCount, headSize) = (config.headCount, config.keyValueHeadCount, config.headSize)
        let biases = config.hasAttentionBiases
        query = try Linear(width, headCount * headSize, bias: biases, weights["q_proj"], initial: start)
        key = try Linear(width, keyValueHeadCount * headSize, bias: biases, weights["k_proj"], initial: start)
        value = try Linear(width, keyValueHeadCount * headSize, bias: biases, weights["v_proj"], initial: start)
        out = try Linear(headCount * headSize, width, bias: false, weights["o_proj"], initial: start)
        weights["rotary_emb"].ignore("inv_freq")  // follows from the base; in files of older versions
    }

    func callAsFunction(
        _ x: Tensor, _ rotation: Rotation, _ mask: AttentionMask, _ cache: KVCacheLayer?
    ) throws -> Tensor {
        let (rows, length) = (x.size(0), x.size(1))
        func heads(_ y: Tensor, _ count: Int) throws -> Tensor {
            try y.reshaped(rows, length, count, headSize).transposed(1, 2)
        }
        let queries = try rotation(heads(query(x), headCount))  // [B, H, L, E]
        var keys = try rotation(heads(key(x), keyValueHeadCount))  // [B, K, L, E]
        var values = try heads(value(x), keyValueHeadCount)
        if let cache { (keys, values) = try cache.append(keys, values) }  // [B, K, S, E]

        if length == 1, keyValueHeadCount < headCount {
            // The queries that share a key head become its rows: nothing has to be copied for each of them.
            let grouped = try queries.reshaped(rows, keyValueHeadCount, -1, headSize)  // [B, K, H / K, E]
            let mixed = try scaledDotProductAttention(grouped, keys, values, mask)
            return try out(mixed.reshaped(rows, 1, headCount * headSize))
        }
        let mixed = try scaledDotProductAttention(queries, keys, values, mask)  // [B, H, L, E]
        return try out(mixed.transposed(1, 2).reshaped(rows, length, headCount * headSize))
    }
}

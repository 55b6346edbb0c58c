import Torch
import TorchNN

/// A layer of CLIP's and SigLIP's transformers: norms before, attention of all to all, two layers with an activation.
struct VisionEncoderLayer {
    private let firstNorm, secondNorm: LayerNorm
    private let query, key, value, out, up, down: Linear
    private let headCount: Int
    private let activation: Activation

    init(
        width: Int, intermediate: Int, headCount: Int, activation: Activation, epsilon: Double, deviation: Double,
        _ weights: Weights
    ) throws {
        let start = InitialValues.normal(deviation)
        func square(_ name: String) throws -> Linear {
            try Linear(width, width, bias: true, weights["self_attn"][name], initial: start)
        }
        firstNorm = try LayerNorm(width, eps: epsilon, weights["layer_norm1"])
        secondNorm = try LayerNorm(width, eps: epsilon, weights["layer_norm2"])
        (query, key, value, out) = (
            try square("q_proj"), try square("k_proj"), try square("v_proj"), try square("out_proj")
        )
        up = try Linear(width, intermediate, bias: true, weights["mlp"]["fc1"], initial: start)
        down = try Linear(intermediate, width, bias: true, weights["mlp"]["fc2"], initial: start)
        (self.headCount, self.activation) = (headCount, activation)
    }

    /// `[I, N, D]` → `[I, N, D]`
    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let h = try x + attention(firstNorm(x))
        return try h + down(activation(up(secondNorm(h))))
    }

    private func attention(_ x: Tensor) throws -> Tensor {
        let (count, length) = (x.size(0), x.size(1))
        func heads(_ y: Tensor) throws -> Tensor { try y.reshaped(count, length, headCount, -1).transposed(1, 2) }
        // [I, H, N, E]
        let mixed = try scaledDotProductAttention(heads(query(x)), heads(key(x)), heads(value(x)), .none)
        return try out(mixed.transposed(1, 2).reshaped(count, length, -1))
    }
}

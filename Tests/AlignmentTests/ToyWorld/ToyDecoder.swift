import Torch
import TorchNN

/// A decoder of two layers, 48 wide, with a head of `outputs` numbers per position: a policy's logits, a critic's value.
struct ToyDecoder {
    static let width = 48, heads = 4, layerCount = 2

    private let embedding: Embedding
    private let layers: [Layer]
    private let norm: RMSNorm
    private let head: Linear
    private let rotary: RotaryEmbedding
    let parameters: Parameters

    private struct Layer {
        let attentionNorm, mlpNorm: RMSNorm
        let attention, out, up, down: Linear
    }

    init(_ source: any WeightSource, outputs: Int, headName: String) throws {
        let weights = Weights(source)
        let width = Self.width
        embedding = try Embedding(ToyWorld.vocabulary, width, weights["embedding"])
        layers = try (0..<Self.layerCount).map { index in
            let place = weights["layers"][index]
            return Layer(
                attentionNorm: try RMSNorm(width, eps: 1e-6, place["attention_norm"]),
                mlpNorm: try RMSNorm(width, eps: 1e-6, place["mlp_norm"]),
                attention: try Linear(width, 3 * width, bias: false, place["attention"], initial: .normal(0.1)),
                out: try Linear(width, width, bias: false, place["out"], initial: .normal(0.1)),
                up: try Linear(width, 4 * width, bias: false, place["up"], initial: .normal(0.1)),
                down: try Linear(4 * width, width, bias: false, place["down"], initial: .normal(0.1)))
        }
        norm = try RMSNorm(width, eps: 1e-6, weights["norm"])
        head = try Linear(width, outputs, bias: false, weights[headName], initial: .normal(0.1))
        rotary = try RotaryEmbedding(headSize: width / Self.heads, base: 10_000)
        parameters = try weights.finish { _ in true }
        try parameters.train { _ in true }
    }

    /// ids `[B, L]` → `[B, L, outputs]`
    func callAsFunction(_ tokens: Tensor) throws -> Tensor {
        let (rows, length) = (tokens.size(0), tokens.size(1))
        let rotation = try rotary.rotation(at: Tensor.range(length).unsqueezed(0))
        var x = try embedding(tokens)
        for layer in layers {
            // [B, L, 3, H, E]
            let mixed = try layer.attention(layer.attentionNorm(x)).reshaped(rows, length, 3, Self.heads, -1)
            let parts = try (0..<3).map { try mixed.selected(2, $0).transposed(1, 2) }  // [B, H, L, E]
            let seen = try scaledDotProductAttention(rotation(parts[0]), rotation(parts[1]), parts[2], .causal)
            x = try x + layer.out(seen.transposed(1, 2).reshaped(rows, length, -1))
            x = try x + layer.down(layer.up(layer.mlpNorm(x)).gelu())
        }
        return try head(norm(x))
    }
}

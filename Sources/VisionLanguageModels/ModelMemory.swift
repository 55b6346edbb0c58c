public import Torch
public import TorchNN

/// How many bytes a model of some configuration needs, from its sizes alone. Counted are tensors; what an allocator, a
/// kernel or a library keeps beside them is not.
public struct ModelMemory {
    public let config: any ModelConfig
    public let outline: ModelOutline
    /// Of the weights while the model runs.
    public let dtype: DType

    public init(_ config: any ModelConfig, _ outline: ModelOutline, dtype: DType) {
        (self.config, self.outline, self.dtype) = (config, outline, dtype)
    }

    public var weights: Int { outline.count * dtype.byteCount }

    /// Numbers in LoRA adapters: rank · (inputs + outputs) for every layer of the decoder that gets one.
    public func adapterCount(_ adapters: LoRAConfig) -> Int {
        outline.parameters.filter { $0.component == .languageModel && $0.shape.count == 2 }.reduce(0) {
            count, parameter in
            let layer = parameter.name.split(separator: ".").dropLast().last.map(String.init) ?? ""
            return adapters.targets.contains(layer) ? count + adapters.rank * parameter.shape.reduce(0, +) : count
        }
    }

    /// Keys and values of every layer while `rows` responses are written, `tokens` long with their prompts.
    public func keyValueCache(rows: Int, tokens: Int) -> Int {
        let text = config.text
        return product(2, text.layerCount, text.keyValueHeadCount, text.headSize, rows, tokens, dtype.byteCount)
    }

    /// Float32 logits of `positions` tokens; the backward pass also keeps their log-softmax and its gradient.
    public func logits(positions: Int, training: Bool) -> Int {
        product(positions, config.text.vocabularySize, 4, training ? 3 : 1)
    }

    /// What the decoder keeps for the backward pass over `tokens` tokens: of every layer both norms' inputs and outputs
    /// (4 D), queries, keys, values and the attention's output (2 H·E + 2 K·E), and gate, its activation, up and their
    /// product (4 F). When activations are recomputed: every layer's input, and one layer in full.
    public func activations(tokens: Int, recomputing: Bool) -> Int {
        let text = config.text
        let heads = 2 * (text.headCount + text.keyValueHeadCount) * text.headSize
        let layer = 4 * text.hiddenSize + heads + 4 * text.intermediateSize
        let kept = recomputing ? text.layerCount * text.hiddenSize + layer : text.layerCount * layer
        return product(tokens, kept, dtype.byteCount)
    }
}

/// The product, or what is more than any machine has.
private func product(_ factors: Int...) -> Int {
    let limit = 1 << 56
    return factors.reduce(1) { product, factor in
        let (next, overflows) = product.multipliedReportingOverflow(by: factor)
        return overflows ? limit : min(next, limit)
    }
}

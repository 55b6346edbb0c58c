public import Torch

/// Keys and values of the tokens already seen, for every layer, in memory allocated once: appending is a write in place.
///
/// Shapes: `B` rows, `K` key-value heads, `E` head size. Rows are left-padded by the owner, so all of them have the same
/// length. Only for use without gradients.
public final class KVCache {
    public let capacity: Int
    /// Tokens per row that are in the cache.
    public private(set) var length = 0
    private var layers: [Layer?]

    private struct Layer {
        var keys, values: Tensor  // [B, K, capacity, E]
    }

    public init(layerCount: Int, capacity: Int) {
        layers = Array(repeating: nil, count: layerCount)
        self.capacity = capacity
    }

    /// Adds keys and values `[B, K, L, E]` of new tokens to a layer; returns all of it, `[B, K, length + L, E]`.
    /// The length moves when the owner calls `advance`, after the last layer.
    func append(_ keys: Tensor, _ values: Tensor, layer: Int) throws(TorchError) -> (keys: Tensor, values: Tensor) {
        let end = length + keys.size(2)
        guard layers.indices.contains(layer), end <= capacity else {
            throw TorchError(
                operation: "KVCache.append", operands: [keys.signature],
                message: "layer \(layer) of \(layers.count), \(end) tokens, capacity \(capacity)")
        }
        let stored: Layer
        if let known = layers[layer] { stored = known } else { stored = try allocate(like: keys) }
        layers[layer] = stored
        try stored.keys.sliced(2, length..<end).assign(keys)
        try stored.values.sliced(2, length..<end).assign(values)
        return (try stored.keys.sliced(2, 0..<end), try stored.values.sliced(2, 0..<end))
    }

    /// Says that every layer has `count` more tokens.
    public func advance(by count: Int) { length += count }

    /// Keeps only the given rows, in that order: finished sequences stop costing.
    public func keepRows(_ rows: Tensor) throws(TorchError) {
        for index in layers.indices {
            guard let layer = layers[index] else { continue }
            layers[index] = Layer(keys: try layer.keys.picked(rows), values: try layer.values.picked(rows))
        }
    }

    /// One layer's view of the cache, as a model's attention sees it.
    public func layer(_ index: Int) -> KVCacheLayer { KVCacheLayer(cache: self, index: index) }

    private func allocate(like keys: Tensor) throws(TorchError) -> Layer {
        let shape = [keys.size(0), keys.size(1), capacity, keys.size(3)]
        return Layer(
            keys: try Tensor.empty(shape, dtype: keys.dtype, on: keys.device),
            values: try Tensor.empty(shape, dtype: keys.dtype, on: keys.device))
    }
}

public struct KVCacheLayer {
    let cache: KVCache
    let index: Int

    /// Adds keys and values `[B, K, L, E]` and returns everything seen so far.
    public func append(_ keys: Tensor, _ values: Tensor) throws(TorchError) -> (keys: Tensor, values: Tensor) {
        try cache.append(keys, values, layer: index)
    }
}

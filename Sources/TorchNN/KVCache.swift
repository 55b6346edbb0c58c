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

    /// The rows of several caches in one, aligned at their last tokens, in memory for `capacity` tokens a row.
    ///
    /// Columns before a row's first token are 0, and are the owner's to hide. The parts are used up, layer by layer, so that
    /// no more than one layer is ever there twice.
    public static func joined(_ parts: [Part], capacity: Int) throws(TorchError) -> KVCache {
        let layerCount = parts.first?.cache.layers.count ?? 0
        let length = parts.map(\.tokens).max() ?? 0
        guard length <= capacity, parts.allSatisfy({ $0.tokens <= $0.cache.length && $0.cache.layers.count == layerCount }) else {
            throw TorchError(
                operation: "KVCache.joined",
                message: "parts of \(parts.map(\.tokens)) tokens out of \(parts.map(\.cache.length)), capacity \(capacity)")
        }
        let result = KVCache(layerCount: layerCount, capacity: capacity)
        for index in 0..<layerCount { result.layers[index] = try joinedLayer(parts, index, length, capacity) }
        result.length = length
        return result
    }

    /// Rows of a cache, and how many of their last tokens matter.
    public struct Part {
        let cache: KVCache
        let rows: [Int]
        let tokens: Int

        /// - Parameter rows: in the order that they shall have; one that is named twice is there twice.
        public init(_ cache: KVCache, rows: [Int], tokens: Int) { (self.cache, self.rows, self.tokens) = (cache, rows, tokens) }
    }

    private static func joinedLayer(
        _ parts: [Part], _ index: Int, _ length: Int, _ capacity: Int
    ) throws(TorchError) -> Layer? {
        guard let example = parts.lazy.compactMap({ $0.cache.layers[index]?.keys }).first else { return nil }
        let shape = [parts.reduce(0) { $0 + $1.rows.count }, example.size(1), capacity, example.size(3)]
        let layer = Layer(
            keys: try Tensor.zeros(shape, dtype: example.dtype, on: example.device),
            values: try Tensor.zeros(shape, dtype: example.dtype, on: example.device))
        var row = 0
        for part in parts {
            guard let old = part.cache.layers[index] else {
                throw TorchError(operation: "KVCache.joined", message: "layer \(index) of a part is empty")
            }
            let rows = try Tensor(part.rows.map(Int64.init)).to(example.device)
            for (new, old) in [(layer.keys, old.keys), (layer.values, old.values)] {
                let end = part.cache.length
                try new.sliced(0, row..<(row + part.rows.count)).sliced(2, (length - part.tokens)..<length)
                    .assign(old.sliced(2, (end - part.tokens)..<end).picked(rows))
            }
            row += part.rows.count
        }
        // Two parts may be rows of one cache: it is emptied only when all have been read.
        for part in parts { part.cache.layers[index] = nil }
        return layer
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

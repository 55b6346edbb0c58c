import Testing
import Torch

@testable import TorchNN

/// One attention layer as models have it, small enough to look through: H = 4 heads on K = 2 key-value heads of size E = 8.
private struct TinyAttention {
    let query, key, value, output: Linear
    let table: RotaryEmbedding

    init() throws {
        let weights = Weights(try RandomStart(seed: 31))
        let initial = InitialValues.normal(0.2)
        query = try Linear(32, 32, bias: true, weights["q"], initial: initial)
        key = try Linear(32, 16, bias: true, weights["k"], initial: initial)
        value = try Linear(32, 16, bias: false, weights["v"], initial: initial)
        output = try Linear(32, 32, bias: false, weights["o"], initial: initial)
        table = try RotaryEmbedding(headSize: 8, base: 10_000)
    }

    /// `[B, L, 32]` → `[B, L, 32]`; with a cache, L new positions after those already there.
    func callAsFunction(_ x: Tensor, from start: Int = 0, _ cache: KVCacheLayer? = nil) throws -> Tensor {
        let (rows, length) = (x.size(0), x.size(1))
        func heads(_ x: Tensor, _ count: Int) throws -> Tensor { try x.reshaped(rows, length, count, 8).transposed(1, 2) }
        let positions = try (Tensor.range(length) + Tensor.full([], Double(start), dtype: .int64)).unsqueezed(0)
        let rotation = try table.rotation(at: positions)
        let queries = try rotation(heads(query(x), 4))
        var (keys, values) = (try rotation(heads(key(x), 2)), try heads(value(x), 2))
        if let cache { (keys, values) = try cache.append(keys, values) }
        let allowed = try Tensor.ones([length, keys.size(2)]).lowerTriangle(diagonal: start).equals(1)
        let mixed = try scaledDotProductAttention(queries, keys, values, .tensor(allowed))
        return try output(mixed.transposed(1, 2).reshaped(rows, length, 32))
    }
}

@Suite("The key-value cache")
struct KVCacheTests {
    init() { Engine.threadCount = 1 }

    @Test("makes no difference: pieces give what the whole gives", arguments: [[7], [1, 1, 1, 1, 1, 1, 1], [4, 1, 2], [6, 1]])
    func pieces(lengths: [Int]) throws {
        try withoutGradient {
            let attention = try TinyAttention()
            let x = try normal([2, 7, 32], seed: 7)
            let whole = try attention(x)
            let cache = KVCache(layerCount: 1, capacity: 9)
            var found: [Tensor] = []
            for length in lengths {
                let piece = try x.sliced(1, cache.length..<(cache.length + length))
                found.append(try attention(piece, from: cache.length, cache.layer(0)))
                cache.advance(by: length)
            }
            // The same sums in another order: some units of float32 on outputs of size 1.
            #expect(try distance(concatenated(found, dim: 1), whole) < 1e-5)
            #expect(cache.length == 7)
        }
    }

    @Test("goes on with chosen rows as if they had always been alone")
    func rows() throws {
        try withoutGradient {
            let attention = try TinyAttention()
            let x = try normal([3, 6, 32], seed: 8)
            let kept = try Tensor([2, 0] as [Int64])
            let whole = try attention(x.picked(kept))
            let cache = KVCache(layerCount: 1, capacity: 6)
            _ = try attention(x.sliced(1, 0..<5), cache.layer(0))
            cache.advance(by: 5)
            try cache.keepRows(kept)
            let last = try attention(x.picked(kept).sliced(1, 5..<6), from: 5, cache.layer(0))
            #expect(try distance(last, whole.sliced(1, 5..<6)) < 1e-5)
        }
    }

    /// By hand.
    @Test("returns everything seen so far, layer by layer, in the type it was given")
    func contents() throws {
        let cache = KVCache(layerCount: 2, capacity: 3)
        let (first, second) = (try Tensor.full([1, 1, 2, 1], 1, dtype: .bfloat16), try Tensor.full([1, 1, 1, 1], 2, dtype: .bfloat16))
        for layer in 0..<2 {
            let (keys, values) = try cache.layer(layer).append(first, first * 10)
            #expect(try keys.floats() == [1, 1] && values.floats() == [10, 10])
        }
        cache.advance(by: 2)
        let (keys, values) = try cache.layer(1).append(second, second * 10)
        #expect(try keys.floats() == [1, 1, 2])
        #expect(try values.floats() == [10, 10, 20])
        #expect(keys.dtype == .bfloat16)
        #expect(cache.capacity == 3 && cache.length == 2)
    }

    @Test("refuses more than its capacity, a layer it does not have, and other rows")
    func refusals() throws {
        let cache = KVCache(layerCount: 1, capacity: 3)
        let four = try Tensor.zeros([1, 1, 4, 1])
        let error = try #require(throws: TorchError.self) { try cache.layer(0).append(four, four) }
        #expect(error.message == "layer 0 of 1, 4 tokens, capacity 3")
        let one = try Tensor.zeros([1, 1, 1, 1])
        #expect(throws: TorchError.self) { try cache.layer(1).append(one, one) }
        #expect(throws: TorchError.self) { try cache.layer(-1).append(one, one) }
        _ = try cache.layer(0).append(one, one)
        let other = try Tensor.zeros([2, 1, 1, 1])
        #expect(throws: TorchError.self) { try cache.layer(0).append(other, other) }
    }
}

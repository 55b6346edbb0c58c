import Foundation
import Testing
import Torch

@testable import TorchNN

/// By hand.
@Suite("Layers")
struct LayerTests {
    init() { Engine.threadCount = 1 }

    @Test("look vectors up")
    func embedding() throws {
        let table = try Tensor([[1, 2], [3, 4]] as [[Float]])
        let layer = try Embedding(2, 2, Weights(TensorsByName(["weight": table])))
        #expect(try layer(Tensor([1, 0, 1] as [Int64])).rows() == [[3, 4], [1, 2], [3, 4]])
    }

    @Test("map linearly, with and without a bias")
    func linear() throws {
        let source = TensorsByName(["weight": try Tensor([[1, 2], [3, 4], [5, 6]] as [[Float]]), "bias": try vector(0, 0, 100)])
        let x = try Tensor([[1, 10], [0, 1]] as [[Float]])
        #expect(try Linear(2, 3, bias: false, Weights(source))(x).rows() == [[21, 43, 65], [2, 4, 6]])
        #expect(try Linear(2, 3, bias: true, Weights(source))(x).rows() == [[21, 43, 165], [2, 4, 106]])
    }

    @Test("norm by root mean square, in float32 whatever the type")
    func rmsNorm() throws {
        let layer = try RMSNorm(2, eps: 0, Weights(TensorsByName(["weight": vector(5, 10)])))
        #expect(try layer(vector(1, 7)).floats() == [1, 14])

        // 300² is too coarse for a bfloat16 sum to be trusted; the result is exact anyway.
        let narrow = try RMSNorm(2, eps: 0, Weights(TensorsByName(["weight": vector(5, 10)]), dtype: .bfloat16))
        let result = try narrow(vector(300, 2100).to(.bfloat16))
        #expect(result.dtype == .bfloat16)
        #expect(try distance(result.to(.float32), vector(1, 14)) < 0.02)
    }

    @Test("norm by root mean square with ε under the root")
    func epsilon() throws {
        let layer = try RMSNorm(2, eps: 7, Weights(TensorsByName(["weight": vector(1, 1)])))
        // Mean square 9, plus 7: the root is 4.
        #expect(try distance(layer(vector(3, -3)), vector(0.75, -0.75)) < 1e-6)
    }

    @Test("norm by mean and variance")
    func layerNorm() throws {
        let layer = try LayerNorm(2, eps: 0, Weights(TensorsByName(["weight": vector(2, 2), "bias": vector(0, 1)])))
        #expect(try distance(layer(vector(1, 3)), vector(-2, 3)) < 1e-6)
    }

    @Test("cut pictures into patches, row by row")
    func patches() throws {
        // One output that adds up a patch's 2 × 2 pixels of both channels, and one that picks its first pixel.
        let weight = try concatenated([
            Tensor.ones([1, 2, 2, 2]), Tensor([1, 0, 0, 0, 0, 0, 0, 0] as [Float], shape: [1, 2, 2, 2]),
        ])
        let layer = try PatchEmbedding(
            channels: 2, width: 2, patch: 2, bias: true, Weights(TensorsByName(["weight": weight, "bias": vector(0, 100)])))
        let pixels = try Tensor.range(32).to(.float32).reshaped(1, 2, 4, 4)
        let found = try layer(pixels)
        #expect(found.shape == [1, 4, 2])
        // Patch (0, 0): 0 + 1 + 4 + 5 and the same plus 16 each.
        #expect(try found.selected(0, 0).rows() == [[84, 100], [100, 102], [148, 108], [164, 110]])
        #expect(throws: TorchError.self) { try layer(Tensor.zeros([1, 3, 4, 4])) }
    }
}

@Suite("Rotary position embedding")
struct RotaryEmbeddingTests {
    init() { Engine.threadCount = 1 }

    private func positions(_ values: Int64...) throws -> Tensor { try Tensor(values, shape: [1, values.count]) }

    /// By hand: with E = 4 and base 100 the frequencies are 1 and 1/10; element i turns with element i + 2.
    @Test("turns the two halves of a head by position times frequency")
    func byHand() throws {
        let table = try RotaryEmbedding(headSize: 4, base: 100)
        let x = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 1, 4])
        let (fast, slow) = (3.0, 0.3)
        let expected = [
            1 * cos(fast) - 3 * sin(fast), 2 * cos(slow) - 4 * sin(slow), 3 * cos(fast) + 1 * sin(fast),
            4 * cos(slow) + 2 * sin(slow),
        ]
        let found = try table.rotation(at: positions(3))(x).values(as: Double.self)
        for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) < 1e-6) }
    }

    @Test("leaves position 0 alone and keeps lengths")
    func identity() throws {
        let table = try RotaryEmbedding(headSize: 8, base: 10_000)
        let x = try normal([1, 2, 3, 8], seed: 1)
        #expect(try distance(table.rotation(at: positions(0, 0, 0))(x), x) == 0)
        let turned = try table.rotation(at: positions(5, 50, 99))(x)
        #expect(try distance(turned.squared().sum(dim: 3), x.squared().sum(dim: 3)) < 1e-5)
    }

    /// By law.
    @Test("lets products see only the distance between positions")
    func relative() throws {
        let table = try RotaryEmbedding(headSize: 8, base: 10_000)
        let (query, key) = (try normal([1, 1, 1, 8], seed: 2), try normal([1, 1, 1, 8], seed: 3))
        func product(_ first: Int64, _ second: Int64) throws -> Double {
            try (table.rotation(at: positions(first))(query) * table.rotation(at: positions(second))(key)).sum().item()
        }
        #expect(try abs(product(7, 3) - product(94, 90)) < 1e-5)
        #expect(try abs(product(7, 3) - product(7, 4)) > 1e-3)
    }

    /// By law.
    @Test("with sections, equal positions on all axes give the plain embedding, and each axis turns its own section")
    func sections() throws {
        let plain = try RotaryEmbedding(headSize: 8, base: 100)
        let sectioned = try RotaryEmbedding(headSize: 8, base: 100, sections: [1, 2, 1])
        let x = try Tensor.ones([1, 1, 1, 8])
        let same = try Tensor([5, 5, 5] as [Int64], shape: [3, 1, 1])
        #expect(try distance(sectioned.rotation(at: same)(x), plain.rotation(at: positions(5))(x)) == 0)
        let height = try sectioned.rotation(at: Tensor([0, 5, 0] as [Int64], shape: [3, 1, 1]))(x)
        let turned = try (height - x).abs().floats().map { $0 > 1e-3 }
        #expect(turned == [false, true, true, false, false, true, true, false])
    }

    /// By hand: E = 4 and base 100 give the frequencies 1 and 1/10, waves of 2π and 20π positions.
    @Test("scales frequencies as configurations ask")
    func scaling() throws {
        func angle(_ scaling: RotaryScaling) throws -> [Double] {
            let x = try Tensor([1, 1, 0, 0] as [Float], shape: [1, 1, 1, 4])
            let turned = try RotaryEmbedding(headSize: 4, base: 100, scaling: scaling).rotation(at: positions(1))(x)
            let y = try turned.values(as: Double.self)
            return [atan2(y[2], y[0]), atan2(y[3], y[1])]
        }
        func isClose(_ found: [Double], _ expected: [Double]) -> Bool { zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 } }
        #expect(try isClose(angle(.none), [1, 0.1]))
        #expect(try isClose(angle(.linear(factor: 4)), [0.25, 0.025]))
        // 40 positions: waves above 40 are divided by 8, those below 10 stay.
        #expect(try isClose(angle(.llama3(factor: 8, lowFactor: 1, highFactor: 4, originalLimit: 40)), [1, 0.0125]))
        // 100 positions: 20π = 62.8 lies between 25 and 100, a share of (100 / 20π − 1) / 3.
        let share = (100 / (20 * Double.pi) - 1) / 3
        #expect(
            try isClose(
                angle(.llama3(factor: 8, lowFactor: 1, highFactor: 4, originalLimit: 100)),
                [1, (1 - share) * 0.0125 + share * 0.1]))
    }

    @Test("keeps the type of what it turns")
    func types() throws {
        let table = try RotaryEmbedding(headSize: 4, base: 100)
        #expect(try table.rotation(at: positions(3))(Tensor.ones([1, 1, 1, 4], dtype: .bfloat16)).dtype == .bfloat16)
    }
}

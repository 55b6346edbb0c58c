import Testing
import Torch

@Suite("A random generator")
struct RandomGeneratorTests {
    init() { Engine.threadCount = 1 }

    @Test("gives the same numbers for the same seed and others for another")
    func seeds() throws {
        func draws(_ seed: UInt64) throws -> [Float] {
            try Tensor.randn([5], using: RandomGenerator(seed: seed)).floats()
        }
        #expect(try draws(1) == draws(1))
        #expect(try draws(1) != draws(2))
        #expect(try draws(.max) == draws(.max))
    }

    @Test("goes on exactly where its state was saved, whatever is drawn", arguments: [1, 2, 7, 16, 700])
    func replay(alreadyDrawn: Int) throws {
        let generator = try RandomGenerator(seed: 42)
        let weights = try Tensor.ones([3, 50])
        func draws(_ generator: RandomGenerator) throws -> [[Float]] {
            [
                try Tensor.randn([3], using: generator).floats(), try Tensor.rand([33], using: generator).floats(),
                try Tensor.randn([40], using: generator).floats(), try weights.sampled(using: generator).floats(),
            ]
        }
        _ = try Tensor.randn([alreadyDrawn], using: generator)
        let state = try generator.state()
        let first = try draws(generator)
        #expect(try draws(generator) != first)

        try generator.restore(state)
        #expect(try draws(generator) == first)

        let other = try RandomGenerator(seed: 1)
        try other.restore(Tensor(state.values(as: UInt8.self)))
        #expect(try draws(other) == first)
    }

    @Test("hands out a copy of its state")
    func copy() throws {
        let generator = try RandomGenerator(seed: 8)
        let state = try generator.state()
        let bytes = try state.values(as: UInt8.self)
        _ = try Tensor.rand([100], using: generator)
        #expect(try state.values(as: UInt8.self) == bytes)
        #expect(try generator.state().values(as: UInt8.self) != bytes)
    }

    @Test("is not moved by another one")
    func independence() throws {
        let (left, right) = (try RandomGenerator(seed: 4), try RandomGenerator(seed: 4))
        _ = try Tensor.rand([10], using: left)
        let alone = try Tensor.rand([4], using: right).floats()
        #expect(try alone == Tensor.rand([4], using: RandomGenerator(seed: 4)).floats())
    }

    @Test("refuses a state that is none", arguments: [0, 1, 5055, 5057])
    func wrongState(byteCount: Int) throws {
        let generator = try RandomGenerator(seed: 8)
        #expect(throws: TorchError.self) { try generator.restore(Tensor.zeros([byteCount], dtype: .uint8)) }
        #expect(throws: TorchError.self) { try generator.restore(Tensor.zeros([5056])) }
        #expect(try Tensor.rand([1], using: generator).count == 1)
    }
}

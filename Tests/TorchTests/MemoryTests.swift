import Foundation
import Testing
import Torch

/// What of this process lies in memory.
enum ResidentMemory {
    /// Bytes; `nil` where the system does not tell.
    static var bytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }
}

/// Other suites run in this process at the same time and take memory of their own, so each law is tried up to 20 times:
/// what is kept is kept every time, so one round without growth tells.
@Suite("Memory", .serialized, .enabled(if: ResidentMemory.bytes != nil))
struct MemoryTests {
    init() { Engine.threadCount = 1 }

    /// The smallest growth in bytes over calls of `body`, which end with the first below 12 MiB.
    private func growth(_ body: () throws -> Void) throws -> Int {
        var smallest = Int.max
        for _ in 0..<20 where smallest >= 12 << 20 {
            let before = try #require(ResidentMemory.bytes)
            try body()
            smallest = min(smallest, try #require(ResidentMemory.bytes) - before)
        }
        return smallest
    }

    /// A tensor that stayed would cost some 300 bytes, those of a round 30 MB.
    @Test("stays flat while 100,000 tensors are made and freed")
    func cycles() throws {
        let value: [Float] = [1, 2, 3]
        for _ in 0..<1000 { _ = try Tensor(value) }
        #expect(try growth { for _ in 0..<100_000 { _ = try Tensor(value) } } < 12 << 20)
    }

    /// A step that kept its tensors (some 80 kB) would add 160 MB.
    @Test("stays flat over 2,000 training steps")
    func flat() throws {
        let generator = try RandomGenerator(seed: 9)
        let trained = try Trained(using: generator)
        for _ in 0..<200 { try trained.step(using: generator) }
        #expect(try growth { for _ in 0..<2000 { try trained.step(using: generator) } } < 12 << 20)
    }
}

/// Two layers, one of them checkpointed, and AdamW.
private struct Trained {
    let first, second: Tensor
    private let moments: [Tensor]
    private let steps: [Tensor]

    init(using generator: RandomGenerator) throws {
        first = try Tensor.randn([64, 16], using: generator).requireGradient()
        second = try Tensor.randn([1, 64], using: generator).requireGradient()
        moments = try [first, second, first, second].map { try Tensor.zeros($0.shape) }
        steps = [try Tensor.zeros([]), try Tensor.zeros([])]
    }

    func step(using generator: RandomGenerator) throws {
        let inputs = try Tensor.randn([32, 16], using: generator)
        let hidden = try checkpointed([inputs]) { [first] in try $0[0].linear(first).tanh() }
        try hidden.linear(second).squared().mean().backward()
        try withoutGradient {
            for step in steps { try step.add(Tensor.ones([])) }
            try fusedAdamW(
                parameters: [first, second], gradients: [first, second].compactMap { try $0.gradient() },
                firstMoments: Array(moments[0..<2]), secondMoments: Array(moments[2..<4]), steps: steps,
                learningRate: 1e-3, betas: (0.9, 0.99), weightDecay: 0.1, epsilon: 1e-8)
        }
        for parameter in [first, second] { try parameter.setGradient(nil) }
    }
}

import Foundation
import Testing
import Torch

/// Serialised: they set what belongs to the whole process.
@Suite("The engine", .serialized)
struct EngineTests {
    init() { Engine.threadCount = 1 }

    @Test("says its version")
    func version() {
        #expect(Engine.version.split(separator: ".").count >= 3)
    }

    @Test("takes a number of threads, at least 1 and at most 1,024")
    func threads() throws {
        #expect(Engine.threadCount == 1)
        Engine.threadCount = 2
        #expect(Engine.threadCount == 2)
        #expect(try Tensor.ones([300_000]).sum().item() == 300_000)
        Engine.threadCount = -5
        #expect(Engine.threadCount == 1)
        Engine.threadCount = .max
        #expect(Engine.threadCount <= 1024)
        Engine.threadCount = 1
    }

    @Test("keeps freed memory after tuning, and computes as before")
    func memory() throws {
        Engine.tuneMemory()
        #expect(try Tensor.ones([1000]).sum().item() == 1000)
    }

    @Test("computes float32 products fast only where that is as exact")
    func fastProducts() throws {
        let generator = try RandomGenerator(seed: 2)
        let (left, right) = (try Tensor.randn([32, 256], using: generator), try Tensor.randn([256, 32], using: generator))
        let isFast = try Engine.useFastFloat32Products()
        let error = try (left.matmul(right).to(.float64) - left.to(.float64).matmul(right.to(.float64))).abs().max().item()
        // Sums of 256 products of unit normals have size 16; float32 leaves some 1e-5, bfloat16 some 1e-1.
        #expect(error < 1e-3, "fast: \(isFast)")
    }

    @Test("keeps gradient mode to the thread that set it")
    func gradientModeOfThreads() throws {
        let (inside, done) = (Flag(), DispatchSemaphore(value: 0))
        withoutGradient {
            Thread.detachNewThread {
                inside.value = isRecordingGradients
                done.signal()
            }
            done.wait()
        }
        #expect(inside.value)
    }

    @Test("computes on several threads at once, errors staying with the thread that made them")
    func concurrency() throws {
        let results = Results(count: 4)
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            Engine.threadCount = 1
            var (wrong, size) = (0, index + 2)
            for round in 0..<200 {
                do {
                    let sum = try (Tensor.ones([size]) * Double(round)).sum().item()
                    if sum != Double(size * round) { wrong += 1 }
                    _ = try Tensor.ones([size]) + Tensor.ones([size + 1])
                    wrong += 1
                } catch let error as TorchError {
                    if !error.message.contains("tensor a (\(size)) must match the size of tensor b (\(size + 1))") { wrong += 1 }
                } catch {
                    wrong += 1
                }
                size = index + 2 + round % 5
            }
            results.set(index, wrong)
        }
        #expect(results.values == [0, 0, 0, 0])
    }
}

/// Written by one thread, read by another after it was waited for.
private final class Flag: @unchecked Sendable { var value = false }

private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: [Int]

    init(count: Int) { stored = Array(repeating: -1, count: count) }

    var values: [Int] { lock.withLock { stored } }

    func set(_ index: Int, _ value: Int) { lock.withLock { stored[index] = value } }
}

@Suite("The fused AdamW step")
struct FusedAdamWTests {
    init() { Engine.threadCount = 1 }

    /// By hand. From m = v = 0 and step 1 the bias corrections give m̂ = g and v̂ = g², so the step is η·(sign(g) + w·θ)
    /// as ε → 0.
    @Test("moves by the sign of the first gradient, and decays the weight")
    func firstStep() throws {
        let parameter = try vector(2, -4)
        let (first, second) = (try Tensor.zeros([2]), try Tensor.zeros([2]))
        try fusedAdamW(
            parameters: [parameter], gradients: [vector(0.5, -3)], firstMoments: [first], secondMoments: [second],
            steps: [Tensor([1] as [Float], shape: [])], learningRate: 0.125, betas: (0.5, 0.75), weightDecay: 0.5,
            epsilon: 1e-12)
        try expect(parameter, near: [2 - 0.125 * (1 + 0.5 * 2), -4 - 0.125 * (-1 + 0.5 * -4)])
        try expect(first, near: [0.25, -1.5])
        try expect(second, near: [0.0625, 2.25])
    }

    @Test("refuses lists of different lengths")
    func lengths() throws {
        #expect(throws: TorchError.self) {
            try fusedAdamW(
                parameters: [vector(1)], gradients: [], firstMoments: [vector(0)], secondMoments: [vector(0)],
                steps: [vector(1)], learningRate: 0.1, betas: (0.9, 0.99), weightDecay: 0, epsilon: 1e-8)
        }
    }
}

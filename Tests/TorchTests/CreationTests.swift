import Testing
import Torch

/// By hand.
@Suite("Making tensors")
struct CreationTests {
    init() { Engine.threadCount = 1 }

    @Test("fills with a value, zeros or ones, in any type")
    func filled() throws {
        #expect(try Tensor.full([2, 2], 1.5).floats() == [1.5, 1.5, 1.5, 1.5])
        #expect(try Tensor.zeros([2], dtype: .int64).integers() == [0, 0])
        #expect(try Tensor.ones([2], dtype: .bfloat16).floats() == [1, 1])
        for dtype in DType.allCases { #expect(try Tensor.full([3], 1, dtype: dtype).dtype == dtype) }
    }

    @Test("reserves memory without writing it")
    func empty() throws {
        let tensor = try Tensor.empty([3, 2], dtype: .float64)
        #expect(tensor.shape == [3, 2])
        #expect(tensor.dtype == .float64)
    }

    @Test("counts from 0")
    func range() throws {
        let range = try Tensor.range(4)
        #expect(range.dtype == .int64)
        #expect(try range.integers() == [0, 1, 2, 3])
        #expect(try Tensor.range(0).count == 0)
    }

    @Test("draws normal and uniform numbers from the generator it is given")
    func random() throws {
        let generator = try RandomGenerator(seed: 3)
        let normal = try Tensor.randn([20_000], using: generator)
        // The mean of 20,000 draws deviates by 0.007; six deviations.
        #expect(try abs(normal.mean().item()) < 0.043)
        #expect(try abs(normal.variance(dim: 0).item() - 1) < 0.06)

        let uniform = try Tensor.rand([20_000], using: generator)
        #expect(try uniform.min().item() >= 0)
        #expect(try uniform.max().item() < 1)
        #expect(try abs(uniform.mean().item() - 0.5) < 0.013)
    }

    @Test("copies into memory of its own")
    func copies() throws {
        let original = try vector(1, 2)
        let copy = try original.copied()
        try original.fillWithZeros()
        #expect(try original.floats() == [0, 0])
        #expect(try copy.floats() == [1, 2])
    }

    @Test("shares memory when detached")
    func detached() throws {
        let original = try vector(1, 2).requireGradient()
        let detached = try original.detached()
        #expect(!detached.requiresGradient)
        try detached.fillWithZeros()
        #expect(try original.floats() == [0, 0])
    }

    @Test("overwrites elements, converting their type")
    func assigned() throws {
        let target = try Tensor.zeros([2], dtype: .bfloat16)
        try target.assign(vector(1.5, -2))
        #expect(target.dtype == .bfloat16)
        #expect(try target.floats() == [1.5, -2])
        #expect(throws: TorchError.self) { try target.assign(vector(1, 2, 3)) }
    }
}

@Suite("Element types and devices")
struct ConversionTests {
    init() { Engine.threadCount = 1 }

    @Test("convert into one another, keeping what both can hold", arguments: DType.allCases, DType.allCases)
    func everyPair(from: DType, to: DType) throws {
        let source = try Tensor([0, 1, 1, 0] as [Float]).to(from)
        let target = try source.to(to)
        #expect(source.dtype == from)
        #expect(target.dtype == to)
        #expect(try target.floats() == [0, 1, 1, 0])
        #expect((target === source) == (from == to))
    }

    @Test("round float32 to bfloat16 to the nearest even")
    func rounding() throws {
        // bfloat16 has 8 bits of significand: 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷.
        let rounded = try vector(1.00390625, 1.01171875, 3).to(.bfloat16).floats()
        #expect(rounded == [1, 1.015625, 3])
    }

    @Test("have names and sizes")
    func names() {
        for dtype in DType.allCases {
            #expect(DType(name: dtype.description) == dtype)
            #expect(dtype.isFloatingPoint == [.float16, .bfloat16, .float32, .float64].contains(dtype))
        }
        #expect(DType(name: "float8") == nil)
        #expect(DType.allCases.map(\.byteCount) == [1, 1, 4, 8, 2, 4, 8, 1, 2])
    }

    @Test("let gradients through")
    func gradients() throws {
        let x = try vector(1, 2).requireGradient()
        try x.to(.float64).squared().sum().backward()
        #expect(try x.gradient()?.floats() == [2, 4])
        #expect(try x.gradient()?.dtype == .float32)
    }

    @Test("name devices")
    func deviceNames() {
        #expect(Device(name: "cpu") == .cpu)
        #expect(Device(name: "cuda") == .cuda(0))
        #expect(Device(name: "cuda:3") == .cuda(3))
        #expect(Device(name: "auto") == (Device.cudaCount > 0 ? .cuda(0) : .cpu))
        for wrong in ["", "gpu", "cuda:", "cuda:-1", "cuda:128", "cuda:x"] { #expect(Device(name: wrong) == nil) }
        #expect(["\(Device.cpu)", "\(Device.cuda(1))"] == ["cpu", "cuda:1"])
    }

    @Test("stay where they are when already there")
    func sameDevice() throws {
        let x = try vector(1)
        #expect(try x.to(Device.cpu) === x)
        try Device.cpu.synchronize()
    }

    @Test("refuse a device that is not there")
    func missingDevice() throws {
        let missing = Device.cuda(Device.cudaCount)
        #expect(throws: TorchError.self) { try vector(1).to(missing) }
        #expect(throws: TorchError.self) { try Tensor.zeros([1], on: missing) }
        #expect(throws: TorchError.self) { try RandomGenerator(seed: 1, device: .cuda(100)) }
    }
}

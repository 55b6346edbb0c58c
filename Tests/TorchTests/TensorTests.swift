import Testing
import Torch

/// By hand: what a tensor is, and the way from and to Swift's numbers.
@Suite("A tensor")
struct TensorTests {
    init() { Engine.threadCount = 1 }

    @Test("says its rank, shape, count, type and device")
    func properties() throws {
        let tensor = try Tensor([[1, 2, 3], [4, 5, 6]] as [[Float]])
        #expect(tensor.rank == 2)
        #expect(tensor.shape == [2, 3])
        #expect(tensor.count == 6)
        #expect(tensor.dtype == .float32)
        #expect(tensor.device == .cpu)
        #expect(!tensor.requiresGradient)
        #expect(tensor.signature == "[2, 3] float32")
    }

    @Test("counts dimensions from either end, and has extent 0 where there is none")
    func sizes() throws {
        let tensor = try Tensor.zeros([2, 3])
        #expect([tensor.size(0), tensor.size(1), tensor.size(-1), tensor.size(-2)] == [2, 3, 3, 2])
        #expect([tensor.size(2), tensor.size(-3)] == [0, 0])
    }

    @Test("holds every Swift number in the type of its bits")
    func scalars() throws {
        #expect(try Tensor([1.5] as [Float]).dtype == .float32)
        #expect(try Tensor([1.5] as [Double]).dtype == .float64)
        #expect(try Tensor([7] as [Int64]).dtype == .int64)
        #expect(try Tensor([7] as [Int32]).dtype == .int32)
        #expect(try Tensor([7] as [UInt8]).dtype == .uint8)
        #expect(try Tensor([true]).dtype == .bool)
    }

    @Test("gives its elements back, row-major, in the type asked for")
    func values() throws {
        let tensor = try Tensor([1, -2, 3, 4, 5, 6] as [Float], shape: [3, 2])
        #expect(try tensor.floats() == [1, -2, 3, 4, 5, 6])
        #expect(try tensor.integers() == [1, -2, 3, 4, 5, 6])
        #expect(try tensor.values(as: Double.self) == [1, -2, 3, 4, 5, 6])
        #expect(try tensor.rows() == [[1, -2], [3, 4], [5, 6]])
        #expect(try tensor.transposed(0, 1).floats() == [1, 3, 5, -2, 4, 6])
    }

    @Test("may have no element, or no dimension")
    func emptyAndScalar() throws {
        let empty = try Tensor([] as [Float])
        #expect(empty.shape == [0])
        #expect(try empty.floats().isEmpty)
        #expect(try Tensor([Float](), shape: [2, 0]).rows().isEmpty)

        let scalar = try Tensor([2.5] as [Float], shape: [])
        #expect(scalar.rank == 0)
        #expect(try scalar.item() == 2.5)
        #expect(try scalar.rows().isEmpty)
    }

    @Test("throws when the shape does not hold exactly the values")
    func shapeMismatch() throws {
        let error = try #require(throws: TorchError.self) { try Tensor([1, 2, 3] as [Float], shape: [2, 2]) }
        #expect(error.operation == "Tensor(values, shape: [2, 2])")
        #expect(error.message == "3 values: shape needs 16 bytes, found 12")
        #expect(throws: TorchError.self) { try Tensor([1] as [Float], shape: [-1]) }
    }

    @Test("throws when rows differ in length")
    func ragged() throws {
        let error = try #require(throws: TorchError.self) { try Tensor([[1, 2], [3]] as [[Float]]) }
        #expect(error.message == "rows differ in length: [2, 1]")
    }

    @Test("has one item only when it has one element")
    func item() throws {
        #expect(try vector(4).item() == 4)
        #expect(throws: TorchError.self) { try vector(1, 2).item() }
        #expect(throws: TorchError.self) { try Tensor([Float]()).item() }
    }

    @Test("describes itself with its values while they are few")
    func description() throws {
        #expect(try vector(1, 2).description == "Tensor([2] float32, [1.0, 2.0])")
        #expect(try Tensor.zeros([65]).description == "Tensor([65] float32)")
    }
}

@Suite("A failing operator")
struct TorchErrorTests {
    init() { Engine.threadCount = 1 }

    @Test("carries its name, its operands' shapes and LibTorch's words")
    func contents() throws {
        let (left, right) = (try Tensor.zeros([2, 7]), try Tensor.zeros([2, 5], dtype: .float64))
        let error = try #require(throws: TorchError.self) { try left + right }
        #expect(error.operation == "aten::add")
        #expect(error.operands == ["[2, 7] float32", "[2, 5] float64"])
        #expect(error.message.contains("The size of tensor a (7) must match the size of tensor b (5)"))
        #expect("\(error)".hasPrefix("aten::add on [2, 7] float32, [2, 5] float64: The size of tensor a (7)"))
    }

    @Test("lists the tensors of a list operand too")
    func listOperands() throws {
        let error = try #require(throws: TorchError.self) {
            try concatenated([Tensor.zeros([2, 2]), Tensor.zeros([3])])
        }
        #expect(error.operation == "aten::cat")
        #expect(error.operands == ["[2, 2] float32", "[3] float32"])
    }

    @Test("throws out of the middle of an expression, and leaves the engine usable")
    func expressions() throws {
        let (x, y) = (try vector(1, 2), try vector(1, 2, 3))
        #expect(throws: TorchError.self) { try (x * 2 + y).exp() / x }
        #expect(try (x * 2 + x).floats() == [3, 6])
    }

    @Test("is an error, not the end, when the memory asked for does not exist")
    func outOfMemory() throws {
        let error = try #require(throws: TorchError.self) { try Tensor.zeros([1 << 50]) }
        #expect(error.message.contains("memory"))
        #expect(throws: TorchError.self) { try Tensor.zeros([1 << 62, 4]) }
        #expect(try Tensor.zeros([4]).count == 4)
    }
}

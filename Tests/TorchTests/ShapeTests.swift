import Testing
import Torch

/// By hand, on the matrix 0 1 2 / 3 4 5.
@Suite("Shapes")
struct ShapeTests {
    private let matrix: Tensor

    init() throws {
        Engine.threadCount = 1
        matrix = try Tensor([[0, 1, 2], [3, 4, 5]] as [[Float]])
    }

    @Test("change without moving elements")
    func reshaped() throws {
        #expect(try matrix.reshaped(3, 2).rows() == [[0, 1], [2, 3], [4, 5]])
        #expect(try matrix.reshaped(-1).shape == [6])
        #expect(try matrix.reshaped([1, 3, -1]).shape == [1, 3, 2])
        #expect(throws: TorchError.self) { try matrix.reshaped(4, 2) }
    }

    @Test("turn and permute")
    func turned() throws {
        #expect(try matrix.transposed(0, 1).rows() == [[0, 3], [1, 4], [2, 5]])
        #expect(try matrix.reshaped(1, 2, 3).permuted(2, 0, 1).shape == [3, 1, 2])
        #expect(try matrix.transposed(0, 1).contiguous().floats() == [0, 3, 1, 4, 2, 5])
        #expect(try matrix.flipped(0, 1).rows() == [[5, 4, 3], [2, 1, 0]])
    }

    @Test("gain and lose dimensions of extent 1, and stretch them")
    func singletons() throws {
        #expect(try matrix.unsqueezed(1).shape == [2, 1, 3])
        #expect(try matrix.unsqueezed(-1).squeezed(-1).shape == [2, 3])
        #expect(try matrix.squeezed(0).shape == [2, 3])
        #expect(try vector(1, 2).unsqueezed(1).expanded(-1, 3).rows() == [[1, 1, 1], [2, 2, 2]])
    }

    @Test("repeat every element in a row")
    func repeated() throws {
        #expect(try vector(1, 2).repeated(2, dim: 0).floats() == [1, 1, 2, 2])
        #expect(try matrix.repeated(2, dim: 0).rows() == [[0, 1, 2], [0, 1, 2], [3, 4, 5], [3, 4, 5]])
    }

    @Test("keep the lower triangle")
    func triangle() throws {
        let ones = try Tensor.ones([3, 3])
        #expect(try ones.lowerTriangle().rows() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]])
        #expect(try ones.lowerTriangle(diagonal: -1).rows() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]])
    }

    @Test("are padded along the last dimension")
    func padded() throws {
        #expect(try matrix.padded(before: 1, after: 0).rows() == [[0, 0, 1, 2], [0, 3, 4, 5]])
        #expect(try vector(1).padded(before: 0, after: 2, value: -7).floats() == [1, -7, -7])
    }

    @Test("join along an old and along a new dimension")
    func joined() throws {
        let (x, y) = (try vector(1, 2), try vector(3, 4))
        #expect(try concatenated([x, y]).floats() == [1, 2, 3, 4])
        #expect(try concatenated([matrix, matrix], dim: 1).shape == [2, 6])
        #expect(try stacked([x, y]).rows() == [[1, 2], [3, 4]])
        #expect(try stacked([x, y], dim: 1).rows() == [[1, 3], [2, 4]])
    }
}

/// By hand, on the matrix 1 2 6 / 0 4 −1.
@Suite("Reductions")
struct ReductionTests {
    private let matrix: Tensor

    init() throws {
        Engine.threadCount = 1
        matrix = try Tensor([[1, 2, 6], [0, 4, -1]] as [[Float]])
    }

    @Test("sum and average everything or one dimension")
    func sums() throws {
        #expect(try matrix.sum().item() == 12)
        #expect(try matrix.mean().item() == 2)
        #expect(try matrix.sum(dim: 0).floats() == [1, 6, 5])
        #expect(try matrix.mean(dim: 1, keepingDim: true).rows() == [[3], [1]])
        #expect(try matrix.sum(dim: -1, keepingDim: true).shape == [2, 1])
    }

    @Test("divide the variance by n minus the correction")
    func variance() throws {
        // Deviations −2, −1, 3 and −1, 3, −2: both 14.
        try expect(matrix.variance(dim: 1), near: [14.0 / 3, 14.0 / 3])
        try expect(matrix.variance(dim: 1, correction: 1, keepingDim: true), near: [7, 7])
    }

    @Test("find the largest and the smallest")
    func extrema() throws {
        #expect(try matrix.max().item() == 6)
        #expect(try matrix.min().item() == -1)
        #expect(try matrix.max(dim: 1).floats() == [6, 4])
        #expect(try matrix.max(dim: 0, keepingDim: true).shape == [1, 3])
        #expect(try matrix.argmax(dim: 1).integers() == [2, 1])
        #expect(try vector(.nan, 1).max().item().isNaN)
    }

    @Test("add up on the way")
    func cumulative() throws {
        #expect(try matrix.cumulativeSum(dim: 1).rows() == [[1, 3, 9], [0, 4, 3]])
    }

    @Test("take the Euclidean norm of one tensor or of many, in float32 at least")
    func norms() throws {
        #expect(try vector(3, 4).norm().item() == 5)
        #expect(try globalNorm([vector(3), vector(0, 4), Tensor([12] as [Double])]).item() == 13)
        #expect(try globalNorm([]).item() == 0)
        // √(1 + 2⁻¹⁶) is not a bfloat16.
        let narrow = try vector(1, 0.00390625).to(.bfloat16).norm()
        #expect(narrow.dtype == .float32)
        try expect(narrow, near: [1.0000076293], within: 1e-7)
        #expect(try Tensor([1.0]).norm().dtype == .float64)
    }

    @Test("take log Σ exp without overflow")
    func logSumExp() throws {
        try expect(Tensor([[1000, 1000], [0, 0]] as [[Float]]).logSumExp(dim: 1), near: [1000.6931472, 0.6931472], within: 1e-4)
        #expect(try matrix.logSumExp(dim: 0, keepingDim: true).shape == [1, 3])
    }

    @Test("rank elements and say where they were")
    func ranking() throws {
        let (values, indices) = try matrix.largest(2)
        #expect(try values.rows() == [[6, 2], [4, 0]])
        #expect(try indices.integers() == [2, 1, 1, 0])

        let (sorted, order) = try vector(2, 1, 2, 1).sorted()
        #expect(try sorted.floats() == [1, 1, 2, 2])
        #expect(try order.integers() == [1, 3, 0, 2])
        #expect(try vector(1, 3, 2).sorted(descending: true).values.floats() == [3, 2, 1])
    }
}

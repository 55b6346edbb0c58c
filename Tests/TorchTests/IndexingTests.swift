import Testing
import Torch

/// By hand, on the matrix 0 1 2 / 3 4 5.
@Suite("Indexing")
struct IndexingTests {
    private let matrix: Tensor

    init() throws {
        Engine.threadCount = 1
        matrix = try Tensor([[0, 1, 2], [3, 4, 5]] as [[Float]])
    }

    @Test("slices and selects as views")
    func views() throws {
        #expect(try matrix.sliced(1, 1..<3).rows() == [[1, 2], [4, 5]])
        #expect(try matrix.selected(0, 1).floats() == [3, 4, 5])
        #expect(try matrix.selected(1, -1).floats() == [2, 5])
        try matrix.selected(0, 0).fillWithZeros()
        #expect(try matrix.rows() == [[0, 0, 0], [3, 4, 5]])
    }

    @Test("cuts a slice off at the end, as LibTorch does")
    func overlongSlice() throws {
        #expect(try matrix.sliced(1, 2..<9).shape == [2, 1])
        #expect(try matrix.sliced(1, 5..<9).shape == [2, 0])
    }

    @Test("picks positions in any order, as copies")
    func picked() throws {
        #expect(try matrix.picked(ids(1, 0, 1)).rows() == [[3, 4, 5], [0, 1, 2], [3, 4, 5]])
        #expect(try matrix.picked(ids(2, 0), dim: 1).rows() == [[2, 0], [5, 3]])
    }

    @Test("reads single elements by coordinates")
    func coordinates() throws {
        #expect(try matrix.at(ids(0, 1, 1), ids(2, 0, 1)).floats() == [2, 3, 4])
        #expect(try matrix.at(Tensor([[true, false, true], [false, true, false]].flatMap { $0 }, shape: [2, 3])).floats()
            == [0, 2, 4])
    }

    @Test("gathers along a dimension, and scatters back")
    func gathering() throws {
        let columns = try Tensor([[2, 0], [1, 1]] as [[Int64]])
        #expect(try matrix.gathered(columns, dim: 1).rows() == [[2, 0], [4, 4]])
        let one = try Tensor([[2], [0]] as [[Int64]])
        #expect(try matrix.scattered(Tensor([[9], [8]] as [[Float]]), at: one, dim: 1).rows() == [[0, 1, 9], [8, 4, 5]])
        #expect(try matrix.scattered(7, at: one, dim: 1).rows() == [[0, 1, 7], [7, 4, 5]])
        #expect(try matrix.rows() == [[0, 1, 2], [3, 4, 5]])
    }

    @Test("fills the true positions of a mask in order, with gradients to both sides")
    func masked() throws {
        let mask = try Tensor([false, true, false, true, true, false], shape: [2, 3])
        let (into, source) = (try matrix.requireGradient(), try vector(7, 8, 9).requireGradient())
        let result = try into.masked(mask, filledWith: source)
        #expect(try result.rows() == [[0, 7, 2], [8, 9, 5]])
        try (result * 2).sum().backward()
        #expect(try into.gradient()?.rows() == [[2, 0, 2], [0, 0, 2]])
        #expect(try source.gradient()?.floats() == [2, 2, 2])
    }

    @Test("writes positions in place")
    func writing() throws {
        try matrix.write(Tensor([[7], [8]] as [[Float]]), at: ids(1), dim: 1)
        #expect(try matrix.rows() == [[0, 7, 2], [3, 8, 5]])
    }

    @Test("puts values at coordinates, with gradients to both sides")
    func putting() throws {
        let (into, source) = (try matrix.requireGradient(), try vector(7, 8).requireGradient())
        let result = try into.putting(source, at: ids(0, 1), ids(1, 2))
        #expect(try result.rows() == [[0, 7, 2], [3, 4, 8]])
        try (result * 3).sum().backward()
        #expect(try into.gradient()?.rows() == [[3, 0, 3], [3, 3, 0]])
        #expect(try source.gradient()?.floats() == [3, 3])
    }

    @Test("finds what is not 0")
    func nonzero() throws {
        let found = try Tensor([[0, 4], [5, 0]] as [[Float]]).nonzero()
        #expect(found.shape == [2, 2])
        #expect(try found.integers() == [0, 1, 1, 0])
    }

    @Test("refuses positions that are not there")
    func outOfRange() throws {
        #expect(throws: TorchError.self) { try matrix.selected(0, 2) }
        #expect(throws: TorchError.self) { try matrix.picked(ids(2)) }
        #expect(throws: TorchError.self) { try matrix.at(ids(0), ids(3)) }
        #expect(throws: TorchError.self) { try matrix.gathered(Tensor([[3]] as [[Int64]]), dim: 1) }
        #expect(throws: TorchError.self) { try matrix.scattered(1, at: Tensor([[-1]] as [[Int64]]), dim: 1) }
        #expect(throws: TorchError.self) { try matrix.write(Tensor([[1], [1]] as [[Float]]), at: ids(3), dim: 1) }
        #expect(throws: TorchError.self) { try matrix.masked(Tensor.ones([2, 3], dtype: .bool), filledWith: vector(1)) }
    }
}

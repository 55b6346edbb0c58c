import Foundation
import Testing
import Torch

/// By hand: exact where the numbers are powers of two or integers, otherwise to one unit or so of float32.
@Suite("Arithmetic")
struct ArithmeticTests {
    init() { Engine.threadCount = 1 }

    @Test("adds, subtracts, multiplies and divides tensors, element by element")
    func tensors() throws {
        let (x, y) = (try vector(1, -2, 8), try vector(2, 4, -0.5))
        #expect(try (x + y).floats() == [3, 2, 7.5])
        #expect(try (x - y).floats() == [-1, -6, 8.5])
        #expect(try (x * y).floats() == [2, -8, -4])
        #expect(try (x / y).floats() == [0.5, -0.5, -16])
        #expect(try (-x).floats() == [-1, 2, -8])
    }

    @Test("takes a number on either side")
    func numbers() throws {
        let x = try vector(1, -2, 8)
        #expect(try (x + 1).floats() == [2, -1, 9])
        #expect(try (1 + x).floats() == [2, -1, 9])
        #expect(try (x - 1).floats() == [0, -3, 7])
        #expect(try (1 - x).floats() == [0, 3, -7])
        #expect(try (x * 4).floats() == [4, -8, 32])
        #expect(try (4 * x).floats() == [4, -8, 32])
        #expect(try (x / 2).floats() == [0.5, -1, 4])
        #expect(try (4 / x).floats() == [4, -2, 0.5])
    }

    /// 0.1875·0.7567734 = 0.14189…; with the factor rounded to bfloat16 first (0.7578) it would be 0.142578125.
    @Test("rounds a product with a number once, in bfloat16 too")
    func narrowProducts() throws {
        let x = try vector(0.1875).to(.bfloat16)
        #expect(try (x * 0.7567734).floats() == [0.1416015625])
        #expect(try (0.7567734 * x).floats() == [0.1416015625])
        #expect(try (x * 0.7567734).dtype == .bfloat16)
        try x.multiply(by: 0.7567734)
        #expect(try x.floats() == [0.1416015625])
    }

    @Test("broadcasts shapes")
    func broadcasting() throws {
        let column = try Tensor([[1], [2]] as [[Float]])
        #expect(try (column + vector(10, 20, 30)).rows() == [[11, 21, 31], [12, 22, 32]])
    }

    @Test("keeps integers whole beside whole numbers, and widens them to float32 beside fractions")
    func integers() throws {
        #expect(try (ids(5) - 1).integers() == [4])
        for whole in try [ids(1) + 1, 1 - ids(1), ids(1) * 2, ids(1).clamped(to: 0...2), ids(1).clamped(above: 0)] {
            #expect(whole.dtype == .int64)
        }
        #expect(try (ids(1) * 0.5).dtype == .float32)
        #expect(try (ids(1) / 2).dtype == .float32)
        let sum = try ids(1, 2) + 1.5
        #expect(sum.dtype == .float32)
        #expect(try sum.floats() == [2.5, 3.5])
        #expect(try (ids(1, 2) + ids(3, 4)).dtype == .int64)
    }

    @Test("rounds an integer quotient down")
    func floorDivision() throws {
        let quotient = try ids(7, -7, 8).floorDivided(by: 2)
        #expect(quotient.dtype == .int64)
        #expect(try quotient.integers() == [3, -4, 4])
        #expect(throws: TorchError.self) { try ids(1).floorDivided(by: 0) }
    }

    @Test("knows exp, log, roots, squares, powers and absolute values")
    func powers() throws {
        try expect(vector(0, 1, -1).exp(), near: [1, exp(1), exp(-1)])
        try expect(vector(1, 2, 0.25).log(), near: [0, log(2), -2 * log(2)])
        #expect(try vector(4, 0.25).squareRoot().floats() == [2, 0.5])
        #expect(try vector(4, 0.25).reciprocalSquareRoot().floats() == [0.5, 2])
        #expect(try vector(-3, 0.5).squared().floats() == [9, 0.25])
        #expect(try vector(2, -2).power(3).floats() == [8, -8])
        #expect(try vector(-3, 0, 2).abs().floats() == [3, 0, 2])
    }

    @Test("knows sines, tanh and sigmoids")
    func transcendental() throws {
        try expect(vector(0, .pi / 2).sin(), near: [0, 1])
        try expect(vector(0, .pi).cos(), near: [1, -1])
        try expect(vector(0, 0.5).tanh(), near: [0, 0.46211716])
        try expect(vector(0, 2).sigmoid(), near: [0.5, 1 / (1 + exp(-2))])
    }

    @Test("has a log σ that stays exact where σ itself is 0")
    func logSigmoid() throws {
        try expect(vector(0, -1000, 1000).logSigmoid(), near: [-log(2), -1000, 0])
    }

    @Test("clamps to a range and above a bound")
    func clamping() throws {
        #expect(try vector(-3, 0.5, 3).clamped(to: -1...1).floats() == [-1, 0.5, 1])
        #expect(try vector(-3, 0.5).clamped(above: -1).floats() == [-1, 0.5])
    }

    @Test("takes the smaller and the larger, element by element")
    func extrema() throws {
        let (x, y) = (try vector(1, 5), try vector(2, -5))
        #expect(try minimum(x, y).floats() == [1, -5])
        #expect(try maximum(x, y).floats() == [2, 5])
    }

    @Test("tells numbers from infinities and NaN")
    func finiteness() throws {
        #expect(try vector(1, .infinity, -.infinity, .nan).isFinite().values(as: Bool.self) == [true, false, false, false])
    }

    @Test("multiplies matrices, batched over leading dimensions")
    func matmul() throws {
        let (x, y) = (try Tensor([[1, 2], [3, 4]] as [[Float]]), try Tensor([[1, 0], [2, 1]] as [[Float]]))
        #expect(try x.matmul(y).rows() == [[5, 2], [11, 4]])
        let batch = try stacked([x, y]).matmul(y)
        #expect(batch.shape == [2, 2, 2])
        #expect(try batch.floats() == [5, 2, 11, 4, 1, 0, 4, 1])
    }

    @Test("adds and multiplies in place")
    func inPlace() throws {
        let x = try vector(1, 2)
        try x.add(vector(10, 20), scale: 0.5)
        #expect(try x.floats() == [6, 12])
        try x.multiply(by: 0.5)
        #expect(try x.floats() == [3, 6])
    }
}

/// By hand.
@Suite("Comparisons")
struct ComparisonTests {
    private let x, y: Tensor

    init() throws {
        Engine.threadCount = 1
        (x, y) = (try vector(1, 2, 3), try vector(3, 2, 1))
    }

    @Test("of two tensors give bools")
    func tensors() throws {
        #expect(try x.equals(y).values(as: Bool.self) == [false, true, false])
        #expect(try x.isLess(than: y).values(as: Bool.self) == [true, false, false])
        #expect(try x.isAtMost(y).values(as: Bool.self) == [true, true, false])
        #expect(try x.isGreater(than: y).values(as: Bool.self) == [false, false, true])
        #expect(try x.equals(y).dtype == .bool)
    }

    @Test("with a number give bools")
    func numbers() throws {
        #expect(try x.equals(2).values(as: Bool.self) == [false, true, false])
        #expect(try x.differs(from: 2).values(as: Bool.self) == [true, false, true])
        #expect(try x.isLess(than: 2).values(as: Bool.self) == [true, false, false])
        #expect(try x.isGreater(than: 2).values(as: Bool.self) == [false, false, true])
        #expect(try x.isAtLeast(2).values(as: Bool.self) == [false, true, true])
    }

    @Test("combine by and, or, not")
    func logic() throws {
        let (a, b) = (try bools(true, true, false, false), try bools(true, false, true, false))
        #expect(try a.and(b).values(as: Bool.self) == [true, false, false, false])
        #expect(try a.or(b).values(as: Bool.self) == [true, true, true, false])
        #expect(try a.not().values(as: Bool.self) == [false, false, true, true])
    }

    @Test("switch between tensors and fill in values")
    func switches() throws {
        let mask = try bools(true, false, true)
        #expect(try mask.select(x, else: y).floats() == [1, 2, 3])
        #expect(try mask.select(y, else: x).floats() == [3, 2, 1])
        #expect(try x.filled(-9, where: mask).floats() == [-9, 2, -9])
    }

    @Test("are summed up by all and any")
    func quantifiers() throws {
        #expect(try bools(true, true).allTrue())
        #expect(try !bools(true, false).allTrue())
        #expect(try bools(true, false).anyTrue())
        #expect(try !bools(false, false).anyTrue())
    }
}

import Alignment
import Foundation
import Testing
import Torch

@Suite("The guard's loss")
struct GuardLossTests {
    init() { Engine.threadCount = 1 }

    private func loss(
        unsafe: [Float] = [0, 0], level: [[Float]] = [[0, 0, 0, 0], [0, 0, 0, 0]], category: [[Float]] = [[0, 0], [0, 0]],
        refusal: [Float] = [0, 0], _ targets: [GuardTarget], weights: [Double] = [1, 1, 1, 1], _ config: GuardLossConfig = GuardLossConfig()
    ) throws -> GuardLoss {
        try guardLoss(
            unsafe: Tensor(unsafe), level: Tensor(level), category: Tensor(category), refusal: Tensor(refusal), targets,
            levelWeights: weights, config)
    }

    private let nothing = GuardTarget(isUnsafe: nil, level: nil, category: nil, isRefusal: nil)

    @Test("binary parts: ±2 costs log(1 + e^∓2), by hand")
    func binary() throws {
        let targets = [
            GuardTarget(isUnsafe: true, level: nil, category: nil, isRefusal: false),
            GuardTarget(isUnsafe: false, level: nil, category: nil, isRefusal: nil),
        ]
        let found = try loss(unsafe: [2, 2], refusal: [1, 50], targets)
        let costs: [Double] = [log(1 + exp(-2.0)), log(1 + exp(2.0))]
        #expect(abs(try found.unsafe.item() - (costs[0] + costs[1]) / 2) < 1e-6)
        // The second row's refusal is unknown, so its logit costs nothing.
        let refusalCost: Double = log(1 + M_E)
        #expect(abs(try found.refusal.item() - refusalCost) < 1e-6)
        #expect(try found.level.item() == 0 && found.category.item() == 0)
    }

    @Test("classes: weighted by level, only known rows, by hand")
    func classes() throws {
        let targets = [
            GuardTarget(isUnsafe: nil, level: 0, category: 1, isRefusal: nil), GuardTarget(isUnsafe: nil, level: 3, category: nil, isRefusal: nil),
        ]
        let level: [[Float]] = [[1, 0, 0, 0], [0, 0, 0, 2]]
        let found = try loss(level: level, category: [[0, Float(log(3.0))], [9, -9]], targets, weights: [0.5, 1, 1, 2])
        let first: Double = log(M_E + 3) - 1
        let second: Double = log(M_E * M_E + 3) - 2
        let expected: Double = (0.5 * first + 2 * second) / 2.5
        #expect(abs(try found.level.item() - expected) < 1e-6)
        let categoryExpected: Double = log(4.0 / 3)
        #expect(abs(try found.category.item() - categoryExpected) < 1e-6)
    }

    @Test("the sum has the coefficients, and the defaults are 1, 1, ½, ¼")
    func coefficients() throws {
        let targets = [GuardTarget(isUnsafe: true, level: 1, category: 0, isRefusal: false), nothing]
        let found = try loss(targets)
        // log 2 + log 4 + ½·log 2 + ¼·log 2
        let expected: Double = 3.75 * log(2.0)
        #expect(abs(try found.total.item() - expected) < 1e-6)
    }

    @Test("nothing known costs nothing and moves nothing; logits that no label speaks of get no gradient")
    func unknown() throws {
        let unsafe = try Tensor([3, -3] as [Float])
        try unsafe.requireGradient(true)
        let zeros = try Tensor.zeros([2, 4])
        let total = try guardLoss(
            unsafe: unsafe, level: zeros, category: zeros, refusal: unsafe, [nothing, GuardTarget(isUnsafe: true, level: nil, category: nil, isRefusal: nil)],
            levelWeights: [1, 1, 1, 1], GuardLossConfig()).total
        try total.backward()
        let found = try #require(try unsafe.gradient())
        let gradient = try found.floats()
        #expect(gradient[0] == 0 && gradient[1] < 0)
        #expect(try loss([nothing, nothing]).total.item() == 0)
    }

    @Test("is finite for logits that would overflow")
    func large() throws {
        let targets = [GuardTarget(isUnsafe: false, level: 1, category: 1, isRefusal: true), nothing]
        let found = try loss(unsafe: [1e30, 0], level: [[1e30, 0, 0, 0], [0, 0, 0, 0]], refusal: [-1e4, 0], targets)
        #expect(try found.total.item().isFinite)
    }

    @Test("balanced weights: each level that occurs counts alike, none above the most allowed")
    func balance() {
        // 8 rows of 3 levels: 8 / (3·4), 8 / (3·3), 8 / 3.
        let expected: [Double] = [8 / 12.0, 1, 8 / 9.0, 8 / 3.0]
        #expect(balancedWeights([4, 0, 3, 1], maximum: 10) == expected)
        #expect(balancedWeights([97, 1, 1, 1], maximum: 4)[1...] == [4, 4, 4])
        #expect(balancedWeights([0, 0], maximum: 4) == [1, 1])
    }
}

import Alignment
import Foundation
import Testing
import Torch

@Suite("Clipped surrogate and value loss")
struct ClippedObjectivesTests {
    init() { Engine.threadCount = 1 }

    private func mask(_ rows: [[Float]]) throws -> Tensor { try Tensor(rows).isGreater(than: 0) }

    private func surrogate(_ new: Tensor, _ old: [[Float]], _ advantages: [[Float]], _ mask: Tensor) throws
        -> ClippedSurrogate
    {
        try ClippedSurrogate(
            logProbs: new, oldLogProbs: Tensor(old), advantages: Tensor(advantages), mask: mask, clipRatio: 0.25)
    }

    @Test("at ratio 1 the loss is minus the masked mean advantage")
    func ratioOne() throws {
        let logProbs: [[Float]] = [[-1, -2, 0], [-3, 0, 0]]
        let found = try surrogate(
            Tensor(logProbs), logProbs, [[1, 3, 100], [8, 100, 100]], mask([[1, 1, 0], [1, 0, 0]]))
        #expect(try found.loss.item() == -5)  // −(2 + 8) / 2
        #expect(try found.meanRatio.item() == 1)
        #expect(try found.clippedFraction.item() == 0)
    }

    @Test(
        "the gradient through padding is exactly zero, whatever stands there",
        arguments: [Float(0), 5, .nan, .infinity])
    func padding(_ junk: Float) throws {
        let new = try Tensor([[-1, -2, junk], [-3, junk, junk]] as [[Float]]).requireGradient()
        let old: [[Float]] = [[-1, -2, -1], [-3, -1, -1]]
        let found = try surrogate(new, old, [[1, 3, 7], [8, 7, 7]], mask([[1, 1, 0], [1, 0, 0]]))
        try found.loss.backward()
        let gradient = try #require(try new.gradient()).rows()
        #expect(gradient == [[-0.25, -0.75, 0], [-4, 0, 0]])
    }

    @Test("stops where the ratio has left the range in the direction of the advantage, and only there")
    func clipped() throws {
        // ρ = 2 and ½ with Â = ±1: clipped are (2, +1) and (½, −1).
        let new = try Tensor([[0, 0, -2, -2]] as [[Float]]).requireGradient()
        let ln2 = Float(log(2.0))
        let old: [[Float]] = [[-ln2, -ln2, -2 + ln2, -2 + ln2]]
        let found = try surrogate(new, old, [[1, -1, 1, -1]], mask([[1, 1, 1, 1]]))
        // min(2, 1.25) + min(−2, −1.25) + min(½, ¾) + min(−½, −¾) = 1.25 − 2 + ½ − ¾ = −1
        #expect(close(try found.loss.item(), 0.25, 1e-6))
        #expect(try found.clippedFraction.item() == 1)
        try found.loss.backward()
        let gradient = try #require(try new.gradient()).floats()
        #expect(gradient[0] == 0 && gradient[3] == 0)
        #expect(close([gradient[1], gradient[2]], [0.5, -0.125], 1e-6))
    }

    @Test("the value loss takes the worse of the moved and the clipped value")
    func value() throws {
        let all = try mask([[1, 1, 1]])
        func loss(_ values: [Float], _ old: [Float], _ returns: [Float]) throws -> Double {
            try clippedValueLoss(
                values: Tensor([values]), oldValues: Tensor([old]), returns: Tensor([returns]), mask: all, clip: 2
            ).item()
        }
        // Inside ± 2 nothing is clipped: ½·mean(1, 4, 0).
        #expect(close(try loss([1, 2, 3], [1, 1, 1], [0, 0, 3]), 0.5 * 5 / 3, 1e-6))
        // Moved 4 towards the target: counts as 2, so ½·(8 − 2)² / 3.
        #expect(close(try loss([4, 0, 0], [0, 0, 0], [8, 0, 0]), 0.5 * 36 / 3, 1e-6))
        // Moved 4 away from it: counts in full.
        #expect(close(try loss([-4, 0, 0], [0, 0, 0], [8, 0, 0]), 0.5 * 144 / 3, 1e-6))
    }

    @Test("the value loss sees no padding, in value and gradient")
    func valuePadding() throws {
        let values = try Tensor([[1, .nan], [2, 3]] as [[Float]]).requireGradient()
        let loss = try clippedValueLoss(
            values: values, oldValues: Tensor([[1, 9], [2, 3]] as [[Float]]),
            returns: Tensor([[3, 9], [2, 1]] as [[Float]]),
            mask: mask([[1, 0], [1, 1]]), clip: 5)
        try loss.backward()
        #expect(try loss.item() == 1.5)  // ½·(4/1 + (0 + 4)/2) / 2
        #expect(try #require(try values.gradient()).rows() == [[-1, 0], [0, 0.5]])
    }
}

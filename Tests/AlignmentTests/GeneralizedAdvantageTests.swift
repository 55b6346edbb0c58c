import Alignment
import Testing
import Torch

@Suite("Generalized advantage estimation")
struct GeneralizedAdvantageTests {
    init() { Engine.threadCount = 1 }

    private func estimate(
        _ rewards: [[Float]], _ values: [[Float]], lengths: [Int], discount: Double = 1, lambda: Double
    ) throws -> (advantages: [[Float]], returns: [[Float]]) {
        let mask = try Tensor(lengths.map { length in rewards[0].indices.map { $0 < length } })
        let (advantages, returns) = try generalizedAdvantage(
            rewards: Tensor(rewards), values: Tensor(values), mask: mask, discount: discount, lambda: lambda)
        return (try advantages.rows(), try returns.rows())
    }

    @Test("equals the sum worked out by hand")
    func byHand() throws {
        // δ = (0, 0, ½), so Â = (½²·½, ½·½, ½): exact in binary, so no tolerance is needed.
        let found = try estimate([[0, 0, 1]], [[0.5, 0.5, 0.5]], lengths: [3], lambda: 0.5)
        #expect(found.advantages == [[0.125, 0.25, 0.5]])
        #expect(found.returns == [[0.625, 0.75, 1]])
    }

    @Test("discounts the next value and the next advantage")
    func discount() throws {
        // γ = ½, λ = ½: δ = (1 + ½·4 − 2, 2 − 4) = (1, −2); Â = (1 − ¼·2, −2).
        let found = try estimate([[1, 2]], [[2, 4]], lengths: [2], discount: 0.5, lambda: 0.5)
        #expect(found.advantages == [[0.5, -2]])
        #expect(found.returns == [[2.5, 2]])
    }

    @Test("is one step at λ = 0 and the whole return at λ = 1")
    func ends() throws {
        let rewards: [[Float]] = [[1, 2, 4]], values: [[Float]] = [[0.5, 0.25, 8]]
        #expect(try estimate(rewards, values, lengths: [3], lambda: 0).advantages == [[0.75, 9.75, -4]])
        #expect(try estimate(rewards, values, lengths: [3], lambda: 1).returns == [[7, 6, 4]])
    }

    @Test("does not see padding: short rows are not discounted by the columns behind them", arguments: [1, 10, 100])
    func padding(columns: Int) throws {
        let rewards: [Float] = [0.1, -0.3, 1.7], values: [Float] = [0.4, 0.2, -0.6]
        let alone = try estimate([rewards], [values], lengths: [3], lambda: 0.95)
        let junk = [Float](repeating: .nan, count: columns), more = [Float](repeating: 2, count: columns)
        let padded = try estimate(
            [rewards + junk, rewards + more], [values + junk, values + more], lengths: [3, 3 + columns], lambda: 0.95)
        #expect(padded.advantages[0].prefix(3) == alone.advantages[0][...])
        #expect(padded.returns[0].prefix(3) == alone.returns[0][...])
        #expect(padded.advantages[0].dropFirst(3).allSatisfy { $0 == 0 })
        #expect(padded.returns[0].dropFirst(3).allSatisfy { $0 == 0 })
        #expect(padded.advantages[1].prefix(3) != alone.advantages[0][...])
    }

    @Test("does not depend on the order of rows")
    func order() throws {
        let rewards: [[Float]] = [[1, 2, 3], [4, 5, 0]], values: [[Float]] = [[0.3, 0.2, 0.1], [0.5, 0.7, 9]]
        let found = try estimate(rewards, values, lengths: [3, 2], lambda: 0.95).advantages
        let swapped = try estimate(rewards.reversed(), values.reversed(), lengths: [2, 3], lambda: 0.95).advantages
        #expect(swapped == found.reversed())
    }
}

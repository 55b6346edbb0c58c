import Alignment
import Testing
import Torch

extension Tag {
    /// Takes more than a second.
    @Tag static var slow: Self
}

/// Three responses of 4, 2 and 1 tokens over a vocabulary of 6, in a rectangle with room behind.
struct Scene {
    static let prompts: [[Int64]] = [[1, 2], [3], [4, 5, 1]]
    static let responses: [[Int64]] = [[2, 3, 4, 0], [5, 0], [0]]

    let responses: Responses<NoInputs>

    /// - Parameters:
    ///   - rows: which of the three rows.
    ///   - padding: what stands behind the responses.
    ///   - extraColumns: columns that are padding in every row.
    init(rows: [Int] = [0, 1, 2], padding: Int64 = 0, extraColumns: Int = 0) throws {
        let sequences = rows.map { Self.prompts[$0] + Self.responses[$0] }
        let width = (sequences.map(\.count).max() ?? 0) + extraColumns
        let padded = sequences.map { $0 + [Int64](repeating: padding, count: width - $0.count) }
        responses = try Responses(
            tokens: Tensor(padded),
            spans: ResponseSpans(
                promptLengths: rows.map { Self.prompts[$0].count },
                responseLengths: rows.map { Self.responses[$0].count }),
            inputs: NoInputs())
    }

    /// A rollout in which `networks` wrote the responses, with a reference policy beside it, and `junk` in the padding.
    func rollout(
        _ networks: TinyNetworks, rewards: [Float] = [1, -0.5, 2], costs: [Float] = [0.5, 1.5, -1], junk: Float = 0
    ) throws -> ConstrainedRollout<NoInputs> {
        let reference = try TinyNetworks(seed: 99)
        return try withoutGradient {
            let plain = try Rollout(
                responses: responses,
                logProbs: withJunk(networks.policy.logProbs(of: responses).logProbs, junk),
                refLogProbs: withJunk(reference.policy.logProbs(of: responses).logProbs, junk),
                reward: ScoreStream(
                    scores: Tensor(rewards), values: withJunk(networks.rewardCritic.values(of: responses), junk)))
            return try ConstrainedRollout(
                plain,
                cost: ScoreStream(
                    scores: Tensor(costs), values: withJunk(networks.costCritic.values(of: responses), junk)))
        }
    }

    private func withJunk(_ tensor: Tensor, _ junk: Float) throws -> Tensor {
        try tensor.filled(Double(junk), where: responses.mask.not())
    }
}

extension StepOutcome {
    var metrics: StepMetrics? { if case .applied(let metrics) = self { metrics } else { nil } }
}

/// Whether two lists of numbers agree to `tolerance`, absolute, and relative for numbers above 1.
func close(_ found: [Float], _ expected: [Float], _ tolerance: Float) -> Bool {
    found.count == expected.count
        && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}

func close(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    abs(found - expected) <= tolerance * max(1, abs(expected))
}

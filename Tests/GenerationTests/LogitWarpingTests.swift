import Foundation
import Testing
import Torch

@testable import Generation

/// By hand: logits that are logarithms of small fractions.
@Suite("Warping logits")
struct LogitWarpingTests {
    private let infinity = -Float.infinity
    private let logits: [Float] = [1, 3, 2, 0]

    private func warp(
        _ rows: [[Float]], forbidden: [Int32] = [], endTokens: [Int32] = [], written: [[Int64]]? = nil, length: Int = 0,
        _ change: (inout SamplingConfig) -> Void
    ) throws -> [[Float]] {
        var config = SamplingConfig()
        change(&config)
        return try LogitWarping(config: config, forbidden: forbidden, endTokens: endTokens)(
            Tensor(rows), written: written.map { try Tensor($0) }, length: length
        ).rows()
    }

    @Test("changes nothing by default")
    func byDefault() throws { #expect(try warp([logits]) { _ in } == [logits]) }

    @Test("divides by the temperature")
    func temperature() throws { #expect(try warp([logits]) { $0.temperature = 0.5 } == [[2, 6, 4, 0]]) }

    @Test("keeps the k largest")
    func topK() throws {
        #expect(
            try warp([logits, [5, 4, 9, 8]]) { $0.topK = 2 } == [
                [infinity, 3, 2, infinity], [infinity, infinity, 9, 8],
            ])
        #expect(try warp([logits]) { $0.topK = 9 } == [logits])
    }

    @Test("keeps the smallest set that reaches p, the token that crosses it included")
    func topP() throws {
        let row: [Float] = [0.5, 0.25, 0.125, 0.125].map { logf($0) }
        #expect(try warp([row]) { $0.topP = 0.4 } == [[row[0], infinity, infinity, infinity]])
        #expect(try warp([row]) { $0.topP = 0.6 } == [[row[0], row[1], infinity, infinity]])
        #expect(try warp([row]) { $0.topP = 0.8 } == [[row[0], row[1], row[2], infinity]])
        #expect(
            try warp([[row[3], row[1], row[0], row[2]]]) { $0.topP = 0.6 } == [[infinity, row[1], row[0], infinity]])
    }

    @Test("penalises what was written: positive logits divided, negative ones multiplied, once each")
    func repetition() throws {
        let warped = try warp([[4, -4, 2, -2], [4, -4, 2, -2]], written: [[0, 1, 0], [2, 3, 3]], length: 3) {
            $0.repetitionPenalty = 2
        }
        #expect(warped == [[2, -8, 2, -2], [4, -4, 1, -4]])
    }

    @Test("forbids what never comes, and the end token before the minimum")
    func forbidden() throws {
        #expect(try warp([logits], forbidden: [1]) { _ in } == [[1, infinity, 2, 0]])
        let short = try warp([logits], forbidden: [1], endTokens: [2], length: 1) { $0.minimumNewTokens = 2 }
        #expect(short == [[1, infinity, infinity, 0]])
        let enough = try warp([logits], forbidden: [1], endTokens: [2], length: 2) { $0.minimumNewTokens = 2 }
        #expect(enough == [[1, infinity, 2, 0]])
    }

    @Test("works in float32 whatever the model's type")
    func narrow() throws {
        let warping = LogitWarping(config: SamplingConfig(), forbidden: [], endTokens: [])
        #expect(try warping(Tensor([logits]).to(.bfloat16), written: nil, length: 0).dtype == .float32)
    }
}

import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// By law. Tolerance 1e-5: the same float32 sums, in kernels chosen by other shapes.
@Suite("Padding")
struct PaddingTests {
    @Test("is invisible on either side, whatever its width", arguments: Recorded.names, [PaddingSide.left, .right])
    func invisible(name: String, side: PaddingSide) throws {
        let recorded = try Recorded(name)
        let (model, lengths) = (try recorded.model(), try recorded.lengths())
        let together = try unpadded(
            model.hiddenStates(recorded.inputs(model.trunk, padding: side, extraColumns: 3)), lengths, side)
        let alone = try concatenated(
            lengths.indices.map { row in
                try model.hiddenStates(recorded.inputs(model.trunk, row: row)).selected(0, 0)
            })
        #expect(try distance(together, alone) < 1e-5)
    }

    @Test("does not move the end score: alone, padded right and padded left agree", arguments: Recorded.names)
    func endScore(name: String) throws {
        let recorded = try Recorded(name)
        let (model, lengths) = (try recorded.scoreModel(), try recorded.lengths())
        let alone = try concatenated(lengths.indices.map { try model.endScores(recorded.inputs(model.trunk, row: $0)) })
        for side in [PaddingSide.left, .right] {
            let padded = try model.endScores(recorded.inputs(model.trunk, padding: side, extraColumns: 2))
            #expect(try distance(padded, alone) < 1e-5)
        }
    }

    @Test("the end score is the score at the last real token")
    func lastToken() throws {
        let recorded = try Recorded("grouped")
        let (model, scores) = (try recorded.scoreModel(), try recorded.tensor("scores"))
        let expected = try recorded.lengths().enumerated().map { row, length in
            try Float(scores.selected(0, row).selected(0, length - 1).item())
        }
        let found = try model.endScores(recorded.inputs(model.trunk, padding: .right))
        #expect(try distance(found, Tensor(expected)) < 1e-4)
    }

    @Test("a row without tokens has no end score")
    func emptyRow() throws {
        let model = try ScoreModel(.tiny, RandomStart(seed: 1))
        let inputs = try batch([[1, 5], []], features: [], padding: .right)
        #expect(throws: ModelInputError.emptyRow(1)) { try model.endScores(inputs) }
    }

    @Test("padding with the end token's id changes nothing: masks come from lengths")
    func lengthsDecide() throws {
        let model = try ScoreModel(.tiny, RandomStart(seed: 1))
        let short = try batch([[1, 5, 2]], features: [], padding: .right)
        let padded = ModelInputs(
            tokens: try Tensor([[Int64]]([[1, 5, 2, 2, 2]])), lengths: [3], paddingSide: .right, visionFeatures: [])
        #expect(try distance(model.endScores(padded), model.endScores(short)) < 1e-5)
    }
}

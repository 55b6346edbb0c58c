import Foundation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// By golden: what transformers 5.23 computes with the same weights. Tolerance 1e-4: float32 sums of at most a hundred
/// terms in another order.
@Suite("Outputs recorded from transformers")
struct RecordedOutputTests {
    @Test("vision features are the recorded ones", arguments: Recorded.names)
    func visionFeatures(name: String) throws {
        let recorded = try Recorded(name)
        let features = try recorded.model().trunk.visionFeatures(pictures(recorded.tensor("pixels")))
        #expect(try distance(concatenated(features.map(\.states)), recorded.tensor("vision_features")) < 1e-4)
    }

    @Test("hidden states and logits are the recorded ones", arguments: Recorded.names)
    func logits(name: String) throws {
        let recorded = try Recorded(name)
        let (model, lengths) = (try recorded.model(), try recorded.lengths())
        let states = try model.hiddenStates(recorded.inputs(model.trunk, padding: .right))
        let expected = try unpadded(recorded.tensor("hidden_states"), lengths, .right)
        #expect(try distance(unpadded(states, lengths, .right), expected) < 1e-4)
        let logits = try unpadded(model.logits(states), lengths, .right)
        #expect(try distance(logits, unpadded(recorded.tensor("logits"), lengths, .right)) < 1e-4)
    }

    @Test("scores at every position are the recorded ones, with the same head", arguments: Recorded.names)
    func scores(name: String) throws {
        let recorded = try Recorded(name)
        let (model, lengths) = (try recorded.scoreModel(), try recorded.lengths())
        let scores = try model.scores(recorded.inputs(model.trunk, padding: .right))
        #expect(scores.dtype == .float32)
        #expect(
            try distance(unpadded(scores, lengths, .right), unpadded(recorded.tensor("scores"), lengths, .right)) < 1e-4
        )
    }

    @Test("adapters of PEFT give the recorded logits")
    func adapters() throws {
        let recorded = try Recorded("grouped")
        let model = try VisionLanguageModel.load(
            recorded.folder, adaptersIn: recorded.folder.appending(path: "adapter"))
        let lengths = try recorded.lengths()
        let expected = try unpadded(recorded.tensor("adapter_logits"), lengths, .right)
        let adapted = try model.logits(model.hiddenStates(recorded.inputs(model.trunk, padding: .right)))
        #expect(try distance(unpadded(adapted, lengths, .right), expected) < 1e-4)
        // The adapters are not a small correction: without them the logits are elsewhere.
        #expect(try distance(expected, unpadded(recorded.tensor("logits"), lengths, .right)) > 0.1)
    }

    @Test("bfloat16 weights give the recorded logits to three digits", arguments: Recorded.names)
    func narrow(name: String) throws {
        let recorded = try Recorded(name)
        let (model, lengths) = (try recorded.model(.bfloat16), try recorded.lengths())
        let features = try model.trunk.visionFeatures(pictures(recorded.tensor("pixels")))
        let inputs = try batch(recorded.rows(), features: features, padding: .right)
        let logits = try unpadded(model.logits(model.hiddenStates(inputs)), lengths, .right).to(.float32)
        let expected = try unpadded(recorded.tensor("logits"), lengths, .right)
        let error = try (logits - expected).squared().mean().squareRoot().item()
        // bfloat16 keeps 8 bits; a dozen layers of such rounding leave about 2 % of the logits' spread.
        #expect(try error < 0.05 * expected.variance(dim: -1).mean().squareRoot().item())
    }
}

import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// By law. Tolerance 1e-5: the same float32 sums, in kernels chosen by other shapes.
@Suite("Decoding with a cache")
struct CacheTests {
    @Test("gives the states of the whole forward pass, token by token", arguments: Recorded.names)
    func wholeForward(name: String) throws {
        let recorded = try Recorded(name)
        let model = try recorded.model()
        let prompts = try recorded.rows()
        let features = try model.trunk.visionFeatures(pictures(recorded.tensor("pixels")))
        let written: [[Int32]] = [[20, 21, 22], [30, 31, 32], [40, 41, 42]]
        let width = prompts.map(\.count).max() ?? 0

        try withoutGradient {
            let cache = model.trunk.makeCache(capacity: width + 3)
            let inputs = try batch(prompts, features: features, padding: .left)
            var states = [try model.hiddenStates(inputs, cache: cache).sliced(1, (width - 1)..<width)]
            for step in 0..<3 {
                let visible = prompts.flatMap { prompt in (0..<(width + step + 1)).map { $0 >= width - prompt.count } }
                states.append(
                    try model.trunk.nextStates(
                        Tensor(written.map { Int64($0[step]) }, shape: [3, 1]),
                        positions: Tensor(prompts.map { Int64($0.count + step) }, shape: [3, 1]),
                        mask: Tensor(visible, shape: [3, 1, 1, width + step + 1]), cache: cache))
            }
            let whole = try model.hiddenStates(
                batch(zip(prompts, written).map { $0 + $1 }, features: features, padding: .left))
            #expect(try distance(concatenated(states, dim: 1), whole.sliced(1, (width - 1)..<(width + 3))) < 1e-5)
        }
    }
}

import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("Pictures among tokens")
struct PictureTests {
    private let picture = [Int32](repeating: 3, count: 4)

    @Test("placeholders and features that do not match are refused, both counts named")
    func counts() throws {
        let model = try VisionLanguageModel(.tiny, RandomStart(seed: 1))
        let features = try model.trunk.visionFeatures(pictures(Tensor.zeros([1, 3, 8, 8])))
        let inputs = try batch([[1] + picture + [3, 7]], features: features, padding: .right)
        #expect(throws: ModelInputError.placeholderCount(found: 5, features: 4)) { try model.hiddenStates(inputs) }
        let without = try batch([[1] + picture], features: [], padding: .right)
        #expect(throws: ModelInputError.placeholderCount(found: 4, features: 0)) { try model.hiddenStates(without) }
        let text = "\(ModelInputError.placeholderCount(found: 5, features: 4))"
        #expect(text.contains("5 picture placeholders") && text.contains("4 picture features"))
    }

    @Test("features go to their places in the order of rows and pictures")
    func order() throws {
        let model = try VisionLanguageModel(.tiny, RandomStart(seed: 1))
        let generator = try RandomGenerator(seed: 2)
        let features = try model.trunk.visionFeatures(pictures(Tensor.randn([3, 3, 8, 8], using: generator)))
        let (first, second) = ([1] + picture + picture + [7], [1, 8] + picture)
        let together = try model.hiddenStates(batch([first, second], features: features, padding: .right))
        let firstAlone = try model.hiddenStates(batch([first], features: Array(features[..<2]), padding: .right))
        let secondAlone = try model.hiddenStates(batch([second], features: Array(features[2...]), padding: .right))
        #expect(
            try distance(
                unpadded(together, [10, 6], .right),
                concatenated([firstAlone.selected(0, 0), secondAlone.selected(0, 0)])) < 1e-5)
    }

    @Test("the decoder sees the picture, and not before its place")
    func causality() throws {
        let model = try VisionLanguageModel(.tiny, RandomStart(seed: 1))
        let generator = try RandomGenerator(seed: 2)
        let tokens = [1, 9] + picture + [7]
        let states = try (0..<2).map { _ in
            let features = try model.trunk.visionFeatures(pictures(Tensor.randn([1, 3, 8, 8], using: generator)))
            return try model.hiddenStates(batch([tokens], features: features, padding: .right))
        }
        #expect(try distance(states[0].sliced(1, 0..<2), states[1].sliced(1, 0..<2)) == 0)
        #expect(try distance(states[0].sliced(1, 6..<7), states[1].sliced(1, 6..<7)) > 1e-3)
    }

    @Test("more tokens than positions are refused")
    func tooLong() throws {
        let model = try VisionLanguageModel(.tiny, RandomStart(seed: 1))
        let inputs = try batch([[Int32](repeating: 5, count: 65)], features: [], padding: .right)
        #expect(throws: ModelInputError.tooLong(tokens: 65, maximum: 64)) { try model.hiddenStates(inputs) }
    }
}

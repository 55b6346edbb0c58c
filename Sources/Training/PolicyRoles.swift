public import Alignment
public import Conversations
import Generation
import Torch
import VisionLanguageModels

/// What the networks of a rollout read beside token ids: each row's pictures. Every role turns them into features with
/// its own tower.
public struct RolloutPictures: RowSelectable {
    public let images: [[EncodedImage]]

    public init(_ images: [[EncodedImage]]) { self.images = images }

    public func rows(_ range: Range<Int>) throws -> RolloutPictures { RolloutPictures(Array(images[range])) }
}

/// A model that reads rollouts, and the features of the pictures it has seen.
struct Reader {
    let trunk: Trunk
    let features: PictureFeatures

    init(_ trunk: Trunk, _ processor: Processor, towerTrains: Bool, cache: PictureCache) {
        self.trunk = trunk
        features = PictureFeatures(trunk, processor, towerTrains: towerTrains, cache: cache)
    }

    func inputs(_ responses: Responses<RolloutPictures>) throws -> ModelInputs {
        ModelInputs(
            tokens: responses.tokens, lengths: responses.spans.sequenceLengths, paddingSide: .right,
            visionFeatures: try features.features(of: responses.inputs.images.flatMap { $0 }))
    }
}

/// A policy's view of responses: log-probabilities in the distribution that they are drawn from.
struct PolicyReader {
    let model: VisionLanguageModel
    let reader: Reader
    private let temperature: Double
    /// `[V]`: 0, and a very low logit for tokens that are never drawn.
    private let undrawable: Tensor

    init(_ model: VisionLanguageModel, _ reader: Reader, _ drawing: TokenDrawing) throws {
        (self.model, self.reader) = (model, reader)
        temperature = drawing.temperature
        var bias = [Float](repeating: 0, count: model.config.text.vocabularySize)
        for id in drawing.undrawable { bias[Int(id)] = -1e9 }
        undrawable = try Tensor(bias).to(model.device)
    }

    /// Logits are computed for response tokens only.
    func logProbs(of responses: Responses<RolloutPictures>) throws -> ResponseLogProbs {
        let states = try response(model.hiddenStates(reader.inputs(responses)), of: responses.spans)  // [B, T, D]
        return try ResponseLogProbs(
            logits: model.logits(states).to(.float32) + undrawable, responses, temperature: temperature)
    }
}

/// The policy that learns.
final class PolicyLearner: TrainablePolicy {
    typealias Inputs = RolloutPictures

    let policy: PolicyReader
    let trainable: Trainable

    init(_ policy: PolicyReader, _ trainable: Trainable) { (self.policy, self.trainable) = (policy, trainable) }

    func logProbs(of responses: Responses<RolloutPictures>) throws -> ResponseLogProbs { try policy.logProbs(of: responses) }
    func accumulate(_ loss: Tensor) throws -> Double { try trainable.accumulate(loss) }
    func apply() throws { try trainable.apply() }
    func discard() throws { try trainable.discard() }
}

/// A critic that learns: a score model read before every response token.
final class CriticLearner: TrainableCritic {
    typealias Inputs = RolloutPictures

    let model: ScoreModel
    let reader: Reader
    let trainable: Trainable

    init(_ model: ScoreModel, _ reader: Reader, _ trainable: Trainable) {
        (self.model, self.reader, self.trainable) = (model, reader, trainable)
    }

    func values(of responses: Responses<RolloutPictures>) throws -> Tensor {
        try response(model.scores(reader.inputs(responses)), of: responses.spans)
    }
    func accumulate(_ loss: Tensor) throws -> Double { try trainable.accumulate(loss) }
    func apply() throws { try trainable.apply() }
    func discard() throws { try trainable.discard() }
}

/// A frozen reward or cost model.
struct FrozenScorer {
    let model: ScoreModel
    let reader: Reader

    /// `[B]`, at each row's last response token.
    func scores(of responses: Responses<RolloutPictures>) throws -> Tensor { try model.endScores(reader.inputs(responses)) }
}

import Torch
import VisionLanguageModels

/// Scores of a batch of pairs, `[B]` each.
struct PairScores {
    let higher, lower: Tensor
}

/// Scores both responses of every pair in one forward pass over `2B` rows.
struct PairScoring {
    private let model: ScoreModel
    private let processor: Processor
    private let features: PictureFeatures

    init(_ model: ScoreModel, _ processor: Processor, _ features: PictureFeatures) {
        (self.model, self.processor, self.features) = (model, processor, features)
    }

    func scores(_ pairs: [EncodedPair]) throws -> PairScores {
        let batch = try TokenBatch(
            pairs.map(\.higher) + pairs.map(\.lower), padding: processor.padding, features: features, on: model.device)
        let scores = try model.endScores(batch.inputs)
        return PairScores(higher: try scores.sliced(0, 0..<pairs.count), lower: try scores.sliced(0, pairs.count..<(2 * pairs.count)))
    }
}

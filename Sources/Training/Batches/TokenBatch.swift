import Conversations
public import Torch
public import VisionLanguageModels

/// Encoded conversations as one right-padded rectangle: the only place where values become tensors.
///
/// Shapes: `B` rows, `L` tokens of the longest row.
public struct TokenBatch {
    /// `[B, L]` int64, padded on the right.
    public let tokens: Tensor
    /// Real tokens of each row.
    public let lengths: [Int]
    /// Where each row's response stands; empty for a bare prompt.
    public let responseRanges: [Range<Int>]
    /// Of all rows' pictures, in order.
    public let visionFeatures: [VisionFeatures]

    public init(_ samples: [EncodedSample], padding: Int32, features: PictureFeatures, on device: Device) throws {
        lengths = samples.map(\.tokens.count)
        responseRanges = samples.map(\.responseRange)
        let width = lengths.max() ?? 0
        let padded = samples.flatMap { sample in
            sample.tokens + [Int32](repeating: padding, count: width - sample.tokens.count)
        }
        tokens = try Tensor(padded, shape: [samples.count, width]).to(.int64).to(device)
        visionFeatures = try features.features(of: samples.flatMap(\.images))
    }

    /// What a model takes.
    public var inputs: ModelInputs {
        ModelInputs(tokens: tokens, lengths: lengths, paddingSide: .right, visionFeatures: visionFeatures)
    }
}

public import Torch

/// What one score model said of each response, and what its critic expected at each token.
public struct ScoreStream {
    /// `[B]`: one score per response, given at its last token.
    public let scores: Tensor
    /// `[B, T]`: the critic before response token t was written.
    public let values: Tensor

    public init(scores: Tensor, values: Tensor) { (self.scores, self.values) = (scores, values) }
}

/// One batch of prompts, the policy's responses, and everything that was measured on them before the policy moved.
///
/// Shapes: `B` responses, `T` tokens of the longest. Column t of every `[B, T]` tensor belongs to response token t. No
/// tensor in here carries a gradient.
public struct Rollout<Inputs: RowSelectable> {
    public let responses: Responses<Inputs>
    /// `[B, T]`: log π_old, of the policy that wrote the responses, from the distribution that they were drawn from.
    public let logProbs: Tensor
    /// `[B, T]`: log π_ref.
    public let refLogProbs: Tensor
    /// R and V_R.
    public let reward: ScoreStream

    /// Throws when a tensor's shape does not fit the responses.
    public init(responses: Responses<Inputs>, logProbs: Tensor, refLogProbs: Tensor, reward: ScoreStream) throws {
        try responses.checkTokenShape("logProbs", logProbs)
        try responses.checkTokenShape("refLogProbs", refLogProbs)
        try responses.check("reward", reward)
        self.responses = responses
        self.logProbs = try responses.prepared(logProbs)
        self.refLogProbs = try responses.prepared(refLogProbs)
        self.reward = try responses.prepared(reward)
    }
}

/// A rollout that was also judged by a cost model: what the constraint is about.
public struct ConstrainedRollout<Inputs: RowSelectable> {
    public let rollout: Rollout<Inputs>
    /// C and V_C; C > 0 is harmful.
    public let cost: ScoreStream

    public init(_ rollout: Rollout<Inputs>, cost: ScoreStream) throws {
        try rollout.responses.check("cost", cost)
        self.rollout = rollout
        self.cost = try rollout.responses.prepared(cost)
    }
}

extension Responses {
    fileprivate func checkTokenShape(_ name: String, _ tensor: Tensor) throws(AlignmentError) {
        let expected = [spans.rowCount, spans.longestResponse]
        guard tensor.shape == expected else {
            throw .misshapen(name: name, found: tensor.shape, expected: "\(expected)")
        }
    }

    fileprivate func check(_ name: String, _ stream: ScoreStream) throws(AlignmentError) {
        guard stream.scores.shape == [spans.rowCount] else {
            throw .misshapen(name: name + " scores", found: stream.scores.shape, expected: "[\(spans.rowCount)]")
        }
        try checkTokenShape(name + " values", stream.values)
    }

    /// Without a graph, in float32, 0 in the padding whatever stood there.
    fileprivate func prepared(_ tensor: Tensor) throws -> Tensor {
        try masked(tensor.detached().to(.float32), mask)
    }

    fileprivate func prepared(_ stream: ScoreStream) throws -> ScoreStream {
        ScoreStream(scores: try stream.scores.detached().to(.float32), values: try prepared(stream.values))
    }
}

import Alignment
import Generation
import RunFolders
import Torch
import VisionLanguageModels

/// What the policy wrote for a batch of prompts, as one rectangle.
struct CollectedResponses {
    let responses: Responses<RolloutPictures>
    /// Share of responses that reached the length limit.
    let truncatedFraction: Double
}

/// Lets the policy write, and measures what it wrote before anything moves.
struct RolloutCollector {
    let policy: PolicyReader
    let reference: PolicyReader
    let generator: Generator
    let padding: Int32

    /// One response per prompt. Asked to stop, it puts the random stream back and throws `StepInterrupted`.
    func respond(to prompts: [EncodedSample], using random: RandomGenerator) throws -> CollectedResponses {
        let streamBefore = try random.state()
        let written = try generator.generate(
            try prompts.map { prompt in
                GenerationPrompt(
                    tokens: prompt.tokens,
                    visionFeatures: try withoutGradient { try policy.reader.features.features(of: prompt.images) })
            }, using: random, isCancelled: { InterruptFlag.isRaised })
        guard !InterruptFlag.isRaised else {
            try random.restore(streamBefore)
            throw StepInterrupted()
        }
        let rows = zip(prompts, written).map { $0.tokens + $1.tokens }
        let width = rows.map(\.count).max() ?? 0
        let padded = rows.flatMap { $0 + [Int32](repeating: padding, count: width - $0.count) }
        let tokens = try Tensor(padded, shape: [rows.count, width]).to(.int64).to(policy.model.device)
        let spans = try ResponseSpans(promptLengths: prompts.map(\.tokens.count), responseLengths: written.map(\.tokens.count))
        return CollectedResponses(
            responses: try Responses(tokens: tokens, spans: spans, inputs: RolloutPictures(prompts.map(\.images))),
            truncatedFraction: Double(written.count { $0.finishReason == .length }) / Double(max(written.count, 1)))
    }

    /// π_old, π_ref, R and V_R of the responses.
    func rollout(_ responses: Responses<RolloutPictures>, rewards: Tensor, _ critic: CriticLearner) throws -> Rollout<RolloutPictures> {
        try withoutGradient {
            try Rollout(
                responses: responses, logProbs: policy.logProbs(of: responses).logProbs,
                refLogProbs: reference.logProbs(of: responses).logProbs,
                reward: ScoreStream(scores: rewards, values: critic.values(of: responses)))
        }
    }
}

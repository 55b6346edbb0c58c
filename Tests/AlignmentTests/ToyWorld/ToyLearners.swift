import Alignment
import Torch
import TorchNN

/// A toy network with its optimiser.
class ToyLearner: Learner {
    let network: ToyDecoder
    private let optimizer: AdamW

    init(_ network: ToyDecoder, learningRate: Double) throws {
        self.network = network
        var config = AdamWConfig()
        config.learningRate = learningRate
        optimizer = try AdamW(network.parameters.trainable, config)
    }

    func accumulate(_ loss: Tensor) throws -> Double {
        try loss.backward()
        return try optimizer.gradientNorm()
    }
    func apply() throws { try optimizer.step() }
    func apply(scheduleFactor: Double) throws { try optimizer.step(scheduleFactor: scheduleFactor) }
    func discard() throws { try optimizer.clearGradients() }
}

final class ToyPolicy: ToyLearner, TrainablePolicy {
    func logProbs(of responses: Responses<NoInputs>) throws -> ResponseLogProbs {
        try ResponseLogProbs(logits: response(network(responses.tokens), of: responses.spans), responses)
    }

    /// One response to each prompt, drawn at temperature 1 (or the likeliest tokens, without a generator).
    func respond(to prompts: [ToyWorld.Prompt], using generator: RandomGenerator?) throws -> [[Int]] {
        try withoutGradient {
            var tokens = try Tensor(prompts.map { $0.tokens.map(Int64.init) })
            for _ in 0..<ToyWorld.longestResponse {
                let logits = try network(tokens).selected(1, -1)
                let next =
                    if let generator { try logits.softmax().sampled(using: generator) } else {
                        try logits.argmax(dim: -1).unsqueezed(1)
                    }
                tokens = try concatenated([tokens, next], dim: 1)
            }
            let written = try tokens.sliced(1, 6..<tokens.size(1)).integers()
            return prompts.indices.map { row in
                let response = written[(row * ToyWorld.longestResponse)..<((row + 1) * ToyWorld.longestResponse)]
                let end = response.firstIndex(of: ToyWorld.Token.end).map { $0 + 1 } ?? response.endIndex
                return Array(response[response.startIndex..<end])
            }
        }
    }
}

final class ToyCritic: ToyLearner, TrainableCritic {
    func values(of responses: Responses<NoInputs>) throws -> Tensor {
        try response(network(responses.tokens).squeezed(2), of: responses.spans)
    }
}

extension Responses where Inputs == NoInputs {
    /// Prompts with their responses, padded with end tokens.
    init(_ prompts: [ToyWorld.Prompt], _ responses: [[Int]]) throws {
        let rows = zip(prompts, responses).map { $0.tokens + $1 }
        let width = rows.map(\.count).max() ?? 0
        try self.init(
            tokens: Tensor(
                rows.map { row in
                    (row + [Int](repeating: ToyWorld.Token.end, count: width - row.count)).map(Int64.init)
                }),
            spans: ResponseSpans(promptLengths: prompts.map(\.tokens.count), responseLengths: responses.map(\.count)),
            inputs: NoInputs())
    }
}

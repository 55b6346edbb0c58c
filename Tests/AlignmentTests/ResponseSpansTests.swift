import Alignment
import Testing
import Torch

@Suite("Response spans")
struct ResponseSpansTests {
    init() { Engine.threadCount = 1 }

    @Test("refuse a response of no tokens, naming the row")
    func emptyResponse() {
        #expect(throws: AlignmentError.emptySpan(row: 1, promptLength: 3, responseLength: 0)) {
            try ResponseSpans(promptLengths: [2, 3], responseLengths: [1, 0])
        }
    }

    @Test("refuse a row without a prompt: nothing would predict its first token")
    func emptyPrompt() {
        #expect(throws: AlignmentError.emptySpan(row: 0, promptLength: 0, responseLength: 4)) {
            try ResponseSpans(promptLengths: [0], responseLengths: [4])
        }
    }

    @Test("refuse lengths that do not pair up, and a batch of no rows")
    func unpaired() {
        #expect(throws: AlignmentError.unpairedLengths(prompts: 2, responses: 1)) {
            try ResponseSpans(promptLengths: [2, 3], responseLengths: [1])
        }
        #expect(throws: AlignmentError.unpairedLengths(prompts: 0, responses: 0)) {
            try ResponseSpans(promptLengths: [], responseLengths: [])
        }
    }

    @Test("refuse a rectangle that is too narrow for them")
    func narrow() throws {
        let spans = try ResponseSpans(promptLengths: [2, 1], responseLengths: [2, 1])
        #expect(throws: AlignmentError.misshapen(name: "tokens", found: [2, 3], expected: "[2, at least 4]")) {
            try Responses(tokens: Tensor([[1, 2, 3], [1, 2, 0]] as [[Int64]]), spans: spans, inputs: NoInputs())
        }
    }

    @Test("refuse measurements of another shape")
    func misshapen() throws {
        let responses = try Scene().responses
        let good = try Tensor.zeros([3, 4])
        let stream = ScoreStream(scores: try Tensor.zeros([3]), values: good)
        #expect(throws: AlignmentError.misshapen(name: "logProbs", found: [3, 5], expected: "[3, 4]")) {
            try Rollout(responses: responses, logProbs: Tensor.zeros([3, 5]), refLogProbs: good, reward: stream)
        }
        #expect(throws: AlignmentError.misshapen(name: "cost scores", found: [2], expected: "[3]")) {
            try ConstrainedRollout(
                Rollout(responses: responses, logProbs: good, refLogProbs: good, reward: stream),
                cost: ScoreStream(scores: Tensor.zeros([2]), values: good))
        }
    }

    @Test("say in one sentence what to do")
    func sentence() {
        let error = AlignmentError.emptySpan(row: 1, promptLength: 3, responseLength: 0)
        #expect(
            error.description
                == "row 1 has a prompt of 3 and a response of 0 tokens; both need at least 1, "
                + "and the end token counts as part of the response")
    }
}

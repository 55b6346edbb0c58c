import Conversations
import Foundation
import PreferenceData
import Testing
import Training

/// By hand: what a data set's card forbids, no way of reading training data does.
@Suite("What cards forbid")
final class CardTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "card-tests-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func written(_ head: String) throws -> URL {
        try FileManager.default.createDirectory(at: folder.appending(path: "answers"), withIntermediateDirectories: true)
        let row = BeaverTailsVRow(
            question: "Q", image: EncodedImage(bytes: [1]), category: "animal_abuse", imageSeverity: 0, responses: Pair("A", "B"),
            sources: Pair("a", "b"), moreHelpfulResponseID: "1", areResponsesSafe: Pair("yes", "no"), saferResponseID: "1",
            harmlessRates: Pair(0, -1), helpfulRates: Pair(1, 0))
        try RowWriter.write([row], to: folder.appending(path: "train.parquet"))
        let answer = QuestionAnswerRow(
            question: "Q", image: EncodedImage(bytes: [1]), category: "animal_abuse", imageSeverity: 0, response: "A", isResponseSafe: "yes")
        try RowWriter.write([answer], to: folder.appending(path: "answers/train.parquet"))
        for place in ["README.md", "answers/README.md"] { try Data("---\n\(head)\n---\n".utf8).write(to: folder.appending(path: place)) }
        return folder
    }

    @Test("test-only data is refused by everything that training reads through")
    func testOnly() throws {
        let url = try written("usage: test-only")
        let answers = url.appending(path: "answers")
        #expect(throws: TrainingError.testOnlyData(path: url.path)) { try TrainingData.pairs(url) }
        #expect(throws: TrainingError.testOnlyData(path: url.path)) { try TrainingData.prompts(url) }
        #expect(throws: TrainingError.testOnlyData(path: url.path)) { try TrainingData.guardExamples(url) }
        #expect(throws: TrainingError.testOnlyData(path: answers.path)) { try TrainingData.guardExamples(answers) }
        #expect(throws: TrainingError.testOnlyData(path: answers.path)) { try TrainingData.conversations(answers) }
    }

    @Test("labels that were filled in are nothing to learn from, the others are")
    func assumedLabels() throws {
        let url = try written("assumed_labels: is_response_1_safe, response_1_harmless_rate")
        #expect(throws: TrainingError.assumedLabels(path: url.path, columns: ["is_response_1_safe", "response_1_harmless_rate"])) {
            try TrainingData.pairs(url, labels: ScoreObjective.cost.labels)
        }
        #expect(throws: TrainingError.assumedLabels(path: url.path, columns: ["is_response_1_safe"])) { try TrainingData.guardExamples(url) }
        #expect(try TrainingData.pairs(url, labels: ScoreObjective.helpfulness.labels).count == 1)
        #expect(try TrainingData.prompts(url).count == 1)
        let answers = try written("assumed_labels: is_response_safe").appending(path: "answers")
        #expect(throws: TrainingError.assumedLabels(path: answers.path, columns: ["is_response_safe"])) { try TrainingData.guardExamples(answers) }
        #expect(try TrainingData.conversations(answers).count == 1)
    }
}

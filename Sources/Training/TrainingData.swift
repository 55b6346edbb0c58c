public import Conversations
public import Foundation
public import PreferenceData
import RunFolders

/// What the loops train on, read from a data set's folder or file. Sets whose card says `usage: test-only` are refused.
public enum TrainingData {
    /// Conversations of question–answer rows.
    public static func conversations(_ url: URL) throws -> [Conversation] {
        try samples(of: QuestionAnswerRow.self, url).map(\.conversation)
    }

    /// Preference pairs, for training that reads the labels of `columns`. Data whose card says that one of them was filled
    /// in, since its source did not have it, is refused: there is nothing to learn from it.
    public static func pairs(_ url: URL, labels columns: [String] = []) throws -> [PreferenceSample] {
        try samples(of: BeaverTailsVRow.self, url, labels: columns)
    }

    /// What a guard learns from, of either form.
    public static func guardExamples(_ url: URL) throws -> [GuardExample] {
        var examples = GuardExamples()
        switch try DatasetForm.detect(url) {
        case .pairwise: for sample in try pairs(url, labels: ["is_response_1_safe", "is_response_2_safe"]) { examples.add(sample) }
        case .questionAnswer: for sample in try samples(of: QuestionAnswerRow.self, url, labels: ["is_response_safe"]) { examples.add(sample) }
        case .prompts, nil: throw TrainingError.unknownForm(path: url.path)
        }
        return examples.all
    }

    /// The prompts of preference pairs, each (by words *and* picture) once.
    public static func prompts(_ url: URL) throws -> [Conversation] {
        var seen: Set<ContentDigest> = []
        return try pairs(url).map(\.prompt).filter { seen.insert($0.digest).inserted }.map { $0.conversation(response: nil) }
    }

    private static func samples<Row: StoredRow>(of form: Row.Type, _ url: URL, labels columns: [String] = []) throws -> [Row.Sample] {
        let dataset = try StoredDataset<Row>.load(url, split: .train)
        guard !dataset.isTestOnly else { throw TrainingError.testOnlyData(path: url.path) }
        let missing = columns.filter(dataset.card.assumedLabels.contains)
        guard missing.isEmpty else { throw TrainingError.assumedLabels(path: url.path, columns: missing) }
        var samples: [Row.Sample] = []
        try dataset.forEachSample {
            try stopIfAsked()
            samples.append($0)
        }
        return samples
    }
}

/// For what is done row by row before the first step, which may take minutes.
func stopIfAsked() throws(TrainingError) {
    guard !InterruptFlag.isRaised else { throw .interruptedWhileLoading }
}

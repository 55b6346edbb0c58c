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

    /// Preference pairs.
    public static func pairs(_ url: URL) throws -> [PreferenceSample] { try samples(of: BeaverTailsVRow.self, url) }

    /// What a guard learns from, of either form.
    public static func guardExamples(_ url: URL) throws -> [GuardExample] {
        var examples = GuardExamples()
        switch try DatasetForm.detect(url) {
        case .pairwise: for sample in try pairs(url) { examples.add(sample) }
        case .questionAnswer: for sample in try samples(of: QuestionAnswerRow.self, url) { examples.add(sample) }
        case nil: throw TrainingError.unknownForm(path: url.path)
        }
        return examples.all
    }

    /// The prompts of preference pairs, each (by words *and* picture) once.
    public static func prompts(_ url: URL) throws -> [Conversation] {
        var seen: Set<ContentDigest> = []
        return try pairs(url).map(\.prompt).filter { seen.insert($0.digest).inserted }.map { $0.conversation(response: nil) }
    }

    private static func samples<Row: StoredRow>(of form: Row.Type, _ url: URL) throws -> [Row.Sample] {
        let dataset = try StoredDataset<Row>.load(url, split: .train)
        guard !dataset.isTestOnly else { throw TrainingError.testOnlyData(path: url.path) }
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

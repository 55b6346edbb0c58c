public import Foundation
public import PreferenceData

/// Examples to measure or calibrate a guard on: a split of a data set of either form, or a file of conversations.
public enum GuardTestSet {
    /// - Parameter split: of a data set's folder; a single file is read whole.
    public static func read(_ url: URL, split: Split) throws -> [GuardExample] {
        if GuardConversationFile.isOne(url) { return try GuardConversationFile.read(url) }
        var examples = GuardExamples()
        switch try DatasetForm.detect(url, split: split) {
        case .pairwise: try BeaverTailsVDataset.load(url, split: split).forEachSample { examples.add($0) }
        case .questionAnswer: try QuestionAnswerDataset.load(url, split: split).forEachSample { examples.add($0) }
        case .prompts, nil: throw GuardTestSetError.unknownForm(path: url.path)
        }
        return examples.all
    }
}

/// Files that hold nothing to judge.
public enum GuardTestSetError: Error, Equatable, CustomStringConvertible {
    case unknownForm(path: String)

    public var description: String {
        switch self {
        case .unknownForm(let path):
            "\(path): expected preference pairs, question–answer rows, or JSONL whose lines have \"messages\"; see docs/guard.md"
        }
    }
}

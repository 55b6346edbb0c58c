public import ArgumentParser
public import Conversations
public import DataFormats
public import PreferenceData

// What the data commands take as one word.

enum FormName: String, CaseIterable, ExpressibleByArgument {
    case pairwise
    case questionAnswer = "question-answer"
    case prompts

    var form: DatasetForm {
        switch self {
        case .pairwise: .pairwise
        case .questionAnswer: .questionAnswer
        case .prompts: .prompts
        }
    }
}

enum YesNo: String, CaseIterable, ExpressibleByArgument { case yes, no }

enum Usage: String, CaseIterable, ExpressibleByArgument { case testOnly = "test-only" }

extension DataFormat: ExpressibleByArgument {}
extension Split: ExpressibleByArgument {}
extension ErrorPolicy: ExpressibleByArgument {}
extension PreferenceMeaning: ExpressibleByArgument {}
extension ExportPreference: ExpressibleByArgument {}
extension MMSafetyBenchVariant: ExpressibleByArgument {}
extension HarmCategory: ExpressibleByArgument {}

/// The words of a choice, for help.
func list<Choice: RawRepresentable<String>>(_ choices: [Choice]) -> String { choices.map(\.rawValue).joined(separator: ", ") }

public import ConfigFiles
import Conversations

/// Settings of `data build`.
public struct BuildConfig: Codable, Equatable, Sendable {
    /// Names of harm categories, separated by commas; "all" takes the twenty.
    public var categories = "all"
    /// Kinds of questions, separated by commas: benign, border, unsafe.
    public var intents = "benign,border,unsafe"
    /// Questions for each picture, category and intent.
    public var questionsPerIntent = 1
    /// Pairs of responses that are closer than this, in cosine distance 0 … 1, are too alike to be compared.
    public var minimumDistance = 0.15
    /// Judged pairs that people see although both judgements agree: a control of the judge, 0 … 1.
    public var reviewShare = 0.05
    /// How often a call is tried in one run before it is left to the next one.
    public var attempts = 2
    /// Calls under way at the same time.
    public var parallelCalls = 4
    /// Of the draws and of the order of responses.
    public var seed: UInt64 = 42

    public init() {}
}

extension BuildConfig: Checkable {
    public func problems() -> [String] {
        var problems: [String] = []
        let unknown = words(categories).filter { $0 != "all" && HarmCategory(rawValue: $0) == nil }
        if !unknown.isEmpty || words(categories).isEmpty {
            problems.append("categories must be \"all\" or names of harm categories, found \(unknown.isEmpty ? "none" : unknown.joined(separator: ", "))")
        }
        let strange = words(intents).filter { QuestionIntent(rawValue: $0) == nil }
        if !strange.isEmpty || words(intents).isEmpty {
            problems.append("intents must be of benign, border, unsafe, found \(strange.isEmpty ? "none" : strange.joined(separator: ", "))")
        }
        if !(1...100).contains(questionsPerIntent) { problems.append("questionsPerIntent must be 1 to 100, found \(questionsPerIntent)") }
        if !(0...1).contains(minimumDistance) { problems.append("minimumDistance must be 0 to 1, found \(minimumDistance)") }
        if !(0...1).contains(reviewShare) { problems.append("reviewShare must be 0 to 1, found \(reviewShare)") }
        if !(1...20).contains(attempts) { problems.append("attempts must be 1 to 20, found \(attempts)") }
        if !(1...256).contains(parallelCalls) { problems.append("parallelCalls must be 1 to 256, found \(parallelCalls)") }
        return problems
    }

    var chosenCategories: [HarmCategory] {
        let names = words(categories)
        return HarmCategory.allCases.filter { names.contains("all") || names.contains($0.rawValue) }
    }

    var chosenIntents: [QuestionIntent] { QuestionIntent.allCases.filter { words(intents).contains($0.rawValue) } }

    /// What the records of a folder depend on; how they are fetched may change from run to run.
    var lasting: BuildConfig {
        var lasting = self
        (lasting.attempts, lasting.parallelCalls) = (BuildConfig().attempts, BuildConfig().parallelCalls)
        return lasting
    }

    private func words(_ list: String) -> [String] {
        list.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }.filter { !$0.isEmpty }
    }
}

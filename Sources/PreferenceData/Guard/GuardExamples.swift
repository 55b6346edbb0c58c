import Conversations

/// Makes guard examples of rows of either form of BeaverTails-V.
///
/// Responses are labelled by their rows: unsafe by the flag, the level by the harmless rate where there is one (pairs) and
/// unknown where a row only says "unsafe", the category for unsafe ones only, refusals by `RefusalPhrases`.
///
/// Questions have no label of their own. A question with its picture is taken to be *harmful if some answer to it was
/// flagged unsafe*, and then as bad as its worst answer; *harmless if none was, and some answer did not refuse*; and
/// *unknown if it was only refused*, since a refusal says nothing about what help would have been. The rule has label
/// noise: a harmful question whose only answers are beside the point counts as harmless, the more often the fewer answers
/// it has, and so its levels are lower bounds.
public struct GuardExamples {
    public private(set) var responses: [GuardExample] = []
    private var questions: [ContentDigest: Question] = [:]
    private var order: [ContentDigest] = []

    public init() {}

    /// Both responses of a pair.
    public mutating func add(_ sample: PreferenceSample) {
        for side in Side.allCases {
            let response = sample.responses[side]
            // A flag and a rate that contradict each other leave the level unknown.
            let level = response.isSafe == (response.severity == .safe) ? response.severity : nil
            add(sample.prompt, response.text, isSafe: response.isSafe, level: level, sample.category, sample.imageSeverity)
        }
    }

    /// One answer with its flag; a safe one is of level safe.
    public mutating func add(_ sample: QuestionAnswerSample) {
        add(sample.prompt, sample.response, isSafe: sample.isSafe, level: sample.isSafe ? .safe : nil, sample.category, sample.imageSeverity)
    }

    /// One example for each question with its picture, in the order in which they were first asked.
    public var queries: [GuardExample] { order.compactMap { questions[$0]?.example } }

    /// All of them, questions first.
    public var all: [GuardExample] { queries + responses }

    private mutating func add(
        _ prompt: Prompt, _ response: String, isSafe: Bool, level: Severity?, _ category: HarmCategory, _ imageSeverity: Int
    ) {
        let isRefusal = RefusalPhrases.areIn(response)
        let labels = GuardLabels(
            isUnsafe: !isSafe, level: level, category: isSafe ? nil : category, isRefusal: isRefusal)
        responses.append(
            GuardExample(prompt.conversation(response: response), labels, topic: category, imageSeverity: imageSeverity))
        let digest = prompt.digest
        if questions[digest] == nil {
            order.append(digest)
            questions[digest] = Question(prompt: prompt, category: category, imageSeverity: imageSeverity)
        }
        questions[digest]?.count(isSafe: isSafe, level: level, isRefusal: isRefusal)
    }
}

/// What the answers to one question say of it.
private struct Question {
    let prompt: Prompt
    let category: HarmCategory
    let imageSeverity: Int
    private var hasUnsafeAnswer = false
    private var hasSafeHelp = false
    /// Of the unsafe answers whose level is known.
    private var worstKnown = Severity.minor
    private var hasUnknownLevel = false

    init(prompt: Prompt, category: HarmCategory, imageSeverity: Int) {
        (self.prompt, self.category, self.imageSeverity) = (prompt, category, imageSeverity)
    }

    mutating func count(isSafe: Bool, level: Severity?, isRefusal: Bool) {
        guard !isSafe else {
            if !isRefusal { hasSafeHelp = true }
            return
        }
        hasUnsafeAnswer = true
        worstKnown = max(worstKnown, level ?? .minor)
        if level == nil { hasUnknownLevel = true }
    }

    var example: GuardExample {
        let labels = if hasUnsafeAnswer {
            // Nothing is worse than severe; anything else might be outdone by an answer of unknown level.
            GuardLabels(isUnsafe: true, level: hasUnknownLevel && worstKnown < .severe ? nil : worstKnown, category: category)
        } else if hasSafeHelp {
            GuardLabels(isUnsafe: false, level: .safe)
        } else {
            GuardLabels()
        }
        return GuardExample(prompt.conversation(), labels, topic: category, imageSeverity: imageSeverity)
    }
}

import Conversations
import Alignment
import PreferenceData
import Statistics

/// The examples that a guard is trained on: those of the rows, and those made of them. The same seed makes the same ones.
struct GuardExampleMix {
    let examples: [GuardExample]

    init(_ rows: [GuardExample], _ config: GuardExampleConfig, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pictures = rows.filter { $0.view == .query && random.unit() < config.pictureAloneShare }
            .compactMap { Self.pictureAlone($0, harmfulFrom: config.pictureHarmfulFrom) }
        let exchanges = rows.filter { $0.view == .response }
        examples = (rows + pictures).filter(\.labels.saySomething).map { example in
            guard !exchanges.isEmpty, random.unit() < config.earlierTurnShare else { return example }
            return example.preceded(by: exchanges[random.below(exchanges.count)])
        }
    }

    private static func pictureAlone(_ example: GuardExample, harmfulFrom: Int) -> GuardExample? {
        guard let severity = example.imageSeverity, !example.conversation.images.isEmpty else { return nil }
        let question = Message(role: .user, parts: example.conversation.images.map(ContentPart.image))
        let isUnsafe = severity >= harmfulFrom
        return GuardExample(
            Conversation(messages: [question]), GuardLabels(isUnsafe: isUnsafe, level: isUnsafe ? nil : .safe),
            imageSeverity: severity)
    }
}

extension GuardLabels {
    /// Whether any head can learn from them.
    var saySomething: Bool { self != GuardLabels() }

    var target: GuardTarget {
        GuardTarget(
            isUnsafe: isUnsafe, level: level?.rawValue,
            category: category.flatMap { HarmCategory.allCases.firstIndex(of: $0) }, isRefusal: isRefusal)
    }
}

extension GuardExample {
    /// The same turn to judge, at the end of a longer conversation.
    func preceded(by other: GuardExample) -> GuardExample {
        var longer = self
        longer.conversation.messages = other.conversation.messages + conversation.messages
        return longer
    }
}

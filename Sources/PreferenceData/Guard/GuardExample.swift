public import Conversations

/// Which question a guard is asked of a conversation. The conversation's end tells it: a question is judged where the
/// assistant would begin to speak, a response where it has ended.
public enum GuardView: String, Sendable, CaseIterable, Codable {
    /// Is it harmful to help with the last turn, which is not the assistant's?
    case query
    /// Is the assistant's last turn harmful, in its place?
    case response
}

extension Conversation {
    /// The view by who speaks last.
    public var guardView: GuardView { messages.last?.role == .assistant ? .response : .query }
}

extension Conversation {
    /// What a guard is asked when every turn of every role shall be judged: the conversation up to each of its turns, in
    /// the one form that all chat templates take. Instructions (system turns) are read as part of the question after them,
    /// turns of one speaker in a row as one, and a conversation that an assistant begins gets a question without words.
    public var judgedTurns: [Conversation] {
        var turns: [Message] = []
        for message in messages {
            let role: Role = message.role == .assistant ? .assistant : .user
            if turns.isEmpty, role == .assistant { turns.append(Message(role: .user, text: "")) }
            guard let last = turns.last, last.role == role else {
                turns.append(Message(role: role, parts: message.parts))
                continue
            }
            turns[turns.count - 1].parts += [.text("\n")] + message.parts
        }
        let isPlaceholder = messages.first?.role == .assistant
        return turns.indices.dropFirst(isPlaceholder ? 1 : 0).map { Conversation(messages: Array(turns[...$0])) }
    }
}

/// What is known of the turn that is judged; `nil` where nothing is.
public struct GuardLabels: Sendable, Hashable {
    public var isUnsafe: Bool?
    public var level: Severity?
    /// Of harm; a harmless turn has none, whatever the row is filed under.
    public var category: HarmCategory?
    /// Whether a response refuses; unknown for questions.
    public var isRefusal: Bool?

    public init(isUnsafe: Bool? = nil, level: Severity? = nil, category: HarmCategory? = nil, isRefusal: Bool? = nil) {
        (self.isUnsafe, self.level, self.category, self.isRefusal) = (isUnsafe, level, category, isRefusal)
    }
}

/// A conversation whose last turn is judged, with what is known of it.
public struct GuardExample: Sendable, Hashable {
    public var conversation: Conversation
    public var labels: GuardLabels
    /// Filed under this category, harmful or not: what false alarms of a category are counted by. `nil` when unknown.
    public var topic: HarmCategory?
    /// The data set's code for how severe the picture is; 0 for an everyday thing. `nil` when unknown.
    public var imageSeverity: Int?

    public init(_ conversation: Conversation, _ labels: GuardLabels, topic: HarmCategory? = nil, imageSeverity: Int? = nil) {
        (self.conversation, self.labels, self.topic, self.imageSeverity) = (conversation, labels, topic, imageSeverity)
    }

    public var view: GuardView { conversation.guardView }

    /// Harmless although the picture is hazardous: where a guard that blocks is over-cautious.
    public var isBorder: Bool { labels.isUnsafe == false && (imageSeverity ?? 0) > 0 }
}

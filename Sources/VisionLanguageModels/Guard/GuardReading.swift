public import Conversations

/// Which parts of a conversation a guard reads. Everything is the rule; the others show what a guard is worth that is
/// blind to something.
public enum GuardReading: String, Codable, CaseIterable, Sendable {
    case everything
    /// Questions with their pictures, but not the response that is judged.
    case withoutResponses = "without_responses"
    /// Pictures, but no word.
    case picturesOnly = "pictures_only"
    /// Words, but no picture.
    case wordsOnly = "words_only"

    /// What is left of a conversation.
    public func seen(of conversation: Conversation) -> Conversation {
        switch self {
        case .everything: conversation
        case .withoutResponses: Conversation(messages: Self.withoutLastAnswer(conversation.messages))
        case .picturesOnly:
            Conversation(messages: [Message(role: .user, parts: conversation.images.map(ContentPart.image))])
        case .wordsOnly:
            Conversation(messages: conversation.messages.map { message in
                Message(role: message.role, parts: message.parts.filter { if case .text = $0 { true } else { false } })
            })
        }
    }

    private static func withoutLastAnswer(_ messages: [Message]) -> [Message] {
        messages.last?.role == .assistant ? messages.dropLast() : messages
    }
}

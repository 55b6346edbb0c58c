public import Conversations

/// Who speaks a turn, in the words of chat requests. Wider than `Role`: a guard judges every role that reaches a model.
public enum Speaker: String, Sendable, Hashable, CaseIterable {
    case developer, system, user, assistant, tool, function

    /// The role under which chat templates of models show the turn: instructions as `system`, and whatever tools
    /// return as `user`, since it comes from outside.
    public var role: Role {
        switch self {
        case .developer, .system: .system
        case .user, .tool, .function: .user
        case .assistant: .assistant
        }
    }
}

/// One turn as a guard sees it.
public struct Turn: Sendable, Hashable {
    public var speaker: Speaker
    /// Words and pictures in their order. Pictures are PNG files of upright RGB pixels once a gateway has read them.
    public var parts: [ContentPart]

    public init(_ speaker: Speaker, _ parts: [ContentPart]) {
        self.speaker = speaker
        self.parts = parts
    }

    public init(_ speaker: Speaker, text: String) { self.init(speaker, [.text(text)]) }

    /// The words of the turn, joined without a separator.
    public var text: String {
        parts.reduce(into: "") { text, part in
            if case .text(let words) = part { text += words }
        }
    }

    public var images: [EncodedImage] {
        parts.compactMap { part in
            if case .image(let image) = part { image } else { nil }
        }
    }
}

extension Conversation {
    /// The turns in the three roles that chat templates know.
    public init(_ turns: [Turn]) {
        self.init(messages: turns.map { Message(role: $0.speaker.role, parts: $0.parts) })
    }
}

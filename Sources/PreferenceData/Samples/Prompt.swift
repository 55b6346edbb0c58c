public import Conversations

/// What is asked: words about a picture.
public struct Prompt: Sendable, Hashable {
    public var text: String
    public var image: EncodedImage

    public init(text: String, image: EncodedImage) {
        self.text = text
        self.image = image
    }

    /// One user turn, the picture before the words, and the assistant's turn when there is a response.
    public func conversation(response: String? = nil) -> Conversation {
        let question = Message(role: .user, parts: [.image(image), .text(text)])
        let answer = response.map { Message(role: .assistant, text: $0) }
        return Conversation(messages: [question] + (answer.map { [$0] } ?? []))
    }
}

extension Prompt {
    /// Equal for prompts of the same words *and* the same picture file, whatever the file is called: what tells
    /// whether a prompt was seen before. Words alone would throw away one question about many pictures.
    public var digest: ContentDigest {
        ContentDigest(of: [Array(text.utf8), image.bytes])
    }
}

/// What was said, turn by turn, with no model in mind: every model renders the same value through its own template.
public struct Conversation: Sendable, Hashable {
    /// The turns, oldest first. Whether an order of roles makes sense is for the template to judge.
    public var messages: [Message]

    public init(messages: [Message]) {
        self.messages = messages
    }

    /// All pictures in the order in which they are seen; the n-th one belongs to the n-th image place of the
    /// rendered prompt.
    public var images: [EncodedImage] {
        messages.flatMap(\.images)
    }
}

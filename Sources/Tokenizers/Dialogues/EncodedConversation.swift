/// A conversation as ids, and which of them are whose.
public struct EncodedConversation: Sendable, Equatable {
    public var tokens: [Int32]

    /// What the assistant wrote last, with the token that ends its turn: the tail of `tokens` when the conversation
    /// ends with the assistant, and empty at their end when it does not, or when a generation prompt was added.
    ///
    /// The tokens before it are exactly the ids of the same conversation without that turn and with a generation
    /// prompt, so what a model is trained on is what it continues.
    public var responseRange: Range<Int>

    /// The same for every turn of the assistant whose place the template tells, the last one included.
    public var assistantRanges: [Range<Int>]

    /// Where the image places are: one for every picture, in order.
    public var imageTokenPositions: [Int]

    public init(
        tokens: [Int32], responseRange: Range<Int>, assistantRanges: [Range<Int>], imageTokenPositions: [Int]
    ) {
        self.tokens = tokens
        self.responseRange = responseRange
        self.assistantRanges = assistantRanges
        self.imageTokenPositions = imageTokenPositions
    }
}

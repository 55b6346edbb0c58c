public import Conversations

/// A conversation as numbers, before any tensor: ids with placeholders expanded, and the pictures they stand for.
public struct EncodedSample: Sendable, Equatable {
    public var tokens: [Int32]
    /// The tokens that the assistant wrote last, its end token included; empty for a bare prompt.
    public var responseRange: Range<Int>
    /// In the order of their places.
    public var images: [EncodedImage]

    public init(tokens: [Int32], responseRange: Range<Int>, images: [EncodedImage]) {
        (self.tokens, self.responseRange, self.images) = (tokens, responseRange, images)
    }
}

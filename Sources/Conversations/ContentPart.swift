/// One piece of what is said in a turn: words, or the place of a picture among them.
public enum ContentPart: Sendable, Hashable {
    /// Words as the author wrote them. Always plain text: markers such as `</s>` or `<image>` inside mean nothing.
    case text(String)
    /// A picture, at this place between the words.
    case image(EncodedImage)
}

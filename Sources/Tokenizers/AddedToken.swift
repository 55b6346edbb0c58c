/// A token that is found in text before anything else is done to it, and never merged or cut.
public struct AddedToken: Sendable, Equatable {
    public var id: Int32
    /// The text that stands for the token.
    public var content: String
    /// Whether it carries no text of its own: left out of decoded text on request, and always a control token.
    public var isSpecial: Bool
    /// Whether it takes the white space before it.
    public var stripsLeft: Bool
    /// Whether it takes the white space after it.
    public var stripsRight: Bool
    /// Whether it is sought in the text after normalisation rather than before.
    public var isNormalized: Bool
    /// Whether it counts only where no word character touches it.
    public var isSingleWord: Bool

    public init(
        id: Int32, content: String, isSpecial: Bool, stripsLeft: Bool = false, stripsRight: Bool = false,
        isNormalized: Bool = false, isSingleWord: Bool = false
    ) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalized = isNormalized
        self.isSingleWord = isSingleWord
    }

    /// Whether content must not be able to write it: every special token, and every other added token that shows,
    /// since markers such as `<tool_call>` steer a model as well. Tokens of white space alone are ordinary text.
    public var isControl: Bool {
        isSpecial || content.unicodeScalars.contains { !$0.properties.isWhitespace }
    }
}

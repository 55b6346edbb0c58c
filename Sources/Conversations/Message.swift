/// One turn of a conversation: a speaker and, in order, the parts of what was said.
public struct Message: Sendable, Hashable {
    public var role: Role

    /// Words and pictures in the order in which the model shall see them.
    public var parts: [ContentPart]

    public init(role: Role, parts: [ContentPart]) {
        self.role = role
        self.parts = parts
    }

    /// A turn of words alone.
    public init(role: Role, text: String) {
        self.init(role: role, parts: [.text(text)])
    }

    /// The words of the turn, its text parts joined without a separator; pictures leave no trace. Empty when there
    /// are none.
    public var text: String {
        parts.reduce(into: "") { text, part in
            if case .text(let words) = part { text += words }
        }
    }

    /// The pictures of the turn, in order.
    public var images: [EncodedImage] {
        parts.compactMap { part in
            if case .image(let image) = part { image } else { nil }
        }
    }
}

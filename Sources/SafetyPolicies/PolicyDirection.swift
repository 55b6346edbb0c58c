/// What is being judged: each direction has thresholds and actions of its own.
public enum PolicyDirection: String, Sendable, Codable, CaseIterable {
    /// What a person asks: the words, with the pictures that they speak of, and all turns before them.
    case query
    /// Pictures on their own, without the words around them.
    case picture
    /// What the model answers, seen with what it answers to.
    case response
}

/// Who speaks a turn of a conversation. The raw value is the word that chat templates and chat requests use.
public enum Role: String, Sendable, Codable, CaseIterable {
    /// Instructions that hold for the whole conversation; at most one turn, before all others, in most templates.
    case system
    /// The person who asks.
    case user
    /// The model that answers; what the policy learns to write.
    case assistant
}

/// The thirteen categories of OpenAI's moderation answers. The raw value is the key on the wire.
public enum OpenAICategory: String, Sendable, Codable, CaseIterable {
    case harassment
    case harassmentThreatening = "harassment/threatening"
    case hate
    case hateThreatening = "hate/threatening"
    case illicit
    case illicitViolent = "illicit/violent"
    case selfHarm = "self-harm"
    case selfHarmIntent = "self-harm/intent"
    case selfHarmInstructions = "self-harm/instructions"
    case sexual
    case sexualMinors = "sexual/minors"
    case violence
    case violenceGraphic = "violence/graphic"

    /// The category that contains this one: `hate` for `hate/threatening`; nil for one without a slash.
    public var parent: OpenAICategory? {
        rawValue.firstIndex(of: "/").flatMap { OpenAICategory(rawValue: String(rawValue[..<$0])) }
    }

    /// Whether a picture can be evidence for the category; text always can.
    public var seesPictures: Bool {
        switch self {
        case .selfHarm, .selfHarmIntent, .selfHarmInstructions, .sexual, .violence, .violenceGraphic: true
        default: false
        }
    }
}

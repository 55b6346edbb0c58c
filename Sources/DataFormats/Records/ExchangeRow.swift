public import Conversations
public import PreferenceData

/// What a row says in any of the formats: a question about a picture, and responses with the labels that the format has.
/// A label that it lacks is `nil`, never made up here.
public struct ExchangeRow: Sendable, Equatable {
    /// Where the row's picture is.
    public enum Picture: Sendable, Equatable {
        case embedded(EncodedImage)
        /// A path below the folder of pictures.
        case file(String)
    }

    public var question: String
    public var picture: Picture?
    /// None for a prompt alone, one, or two.
    public var responses: [ExchangeResponse]
    public var moreHelpful, safer: Side?
    /// A category's name in the format's own words.
    public var category: String?
    public var imageSeverity: Int?

    public init(
        question: String, picture: Picture? = nil, responses: [ExchangeResponse] = [], moreHelpful: Side? = nil,
        safer: Side? = nil, category: String? = nil, imageSeverity: Int? = nil
    ) {
        self.question = question
        self.picture = picture
        self.responses = responses
        self.moreHelpful = moreHelpful
        self.safer = safer
        self.category = category
        self.imageSeverity = imageSeverity
    }
}

/// One response with the labels that its format has.
public struct ExchangeResponse: Sendable, Equatable {
    public var text: String
    public var source: String?
    public var isSafe: Bool?
    public var helpfulRate, harmlessRate: Int?

    public init(_ text: String, source: String? = nil, isSafe: Bool? = nil, helpfulRate: Int? = nil, harmlessRate: Int? = nil) {
        self.text = text
        self.source = source
        self.isSafe = isSafe
        self.helpfulRate = helpfulRate
        self.harmlessRate = harmlessRate
    }
}

/// What "chosen" means where a format does not say.
public enum PreferenceMeaning: String, Sendable, CaseIterable {
    case helpfulness, safety, both
}

extension ExchangeRow {
    /// A pair whose first response is the chosen one.
    static func pair(
        _ question: String, _ picture: Picture?, chosen: String, rejected: String, _ meaning: PreferenceMeaning
    ) -> ExchangeRow {
        ExchangeRow(
            question: question, picture: picture, responses: [ExchangeResponse(chosen), ExchangeResponse(rejected)],
            moreHelpful: meaning == .safety ? nil : .first, safer: meaning == .helpfulness ? nil : .first)
    }
}

public import Conversations
public import Generation
import VisionLanguageModels

/// What a client asks of a model.
public struct ServedRequest: Sendable {
    public var conversation: Conversation
    /// Responses asked for.
    public var choiceCount = 1
    /// Tokens of a response at most; `nil`: the server's default, or what the model has room for.
    public var maximumNewTokens: Int?
    public var temperature = 1.0
    public var topP = 1.0
    public var topK = 0
    /// Of the first choice; the others count on from it.
    public var seed: UInt64 = 0
    /// Texts before which a response ends.
    public var stops: [String] = []
    /// Likely tokens told beside each drawn one; `nil`: no log-probabilities.
    public var alternativeCount: Int?

    public init(_ conversation: Conversation) { self.conversation = conversation }
}

/// A request whose words and pictures are numbers, and which fits.
public struct PreparedRequest: Sendable {
    public let promptTokens: Int
    let tokens: [Int32]
    let pictures: [PictureInput]
    let rows: [RowRequest]
    let stops: [String]
    let tellsLogProbs: Bool
}

/// What happens to a request that is being served, choice by choice.
public enum ServedEvent: Sendable, Equatable {
    /// Text that is certain now, never a part of a character, and the tokens drawn since the last piece.
    case piece(choice: Int, text: String, tokens: [ServedToken])
    /// The choice is complete; nothing comes of it any more. The tokens are all that were drawn for it.
    case finished(choice: Int, reason: FinishReason, tokenCount: Int)
}

/// A drawn token as clients see it.
public struct ServedToken: Sendable, Equatable {
    public struct Alternative: Sendable, Equatable {
        public let text: String
        public let logProb: Float
    }

    public let text: String
    public let logProb: Float
    public let alternatives: [Alternative]
}

/// Why a request is not served.
public enum ServingError: Error, Equatable, CustomStringConvertible {
    /// More tokens than the model, or the server's limit, allows.
    case tooLong(tokens: Int, limit: Int)
    /// More memory for keys and values than there is for all requests together.
    case tooLarge(bytes: Int, limit: Int)
    /// More choices than rows.
    case tooManyChoices(found: Int, limit: Int)
    /// A conversation or a picture that the model cannot read.
    case unreadable(reason: String)
    case queueIsFull(waiting: Int)
    case waitedTooLong(seconds: Double)
    /// The model gave no numbers, or the device no memory.
    case failed(reason: String)

    public var description: String {
        switch self {
        case .tooLong(let tokens, let limit): "\(tokens) tokens, the prompt and the response together; at most \(limit) are served"
        case .tooLarge(let bytes, let limit): "the request needs \(bytes) bytes for keys and values; there are \(limit)"
        case .tooManyChoices(let found, let limit): "\(found) choices, at most \(limit) are written at once"
        case .unreadable(let reason): reason
        case .queueIsFull(let waiting): "\(waiting) requests wait already"
        case .waitedTooLong(let seconds): "the request waited \(seconds) seconds for a place"
        case .failed(let reason): "the model failed: \(reason)"
        }
    }
}

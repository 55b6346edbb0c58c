public import Conversations

/// One row of the question–answer data understood: one response, safe or not. What the guard learns from.
public struct QuestionAnswerSample: Sendable, Hashable {
    public var prompt: Prompt
    public var response: String
    public var isSafe: Bool
    public var category: HarmCategory
    public var imageSeverity: Int
    public var position: RowPosition

    public init(
        prompt: Prompt, response: String, isSafe: Bool, category: HarmCategory, imageSeverity: Int,
        position: RowPosition
    ) {
        self.prompt = prompt
        self.response = response
        self.isSafe = isSafe
        self.category = category
        self.imageSeverity = imageSeverity
        self.position = position
    }

    /// The prompt and the response as the assistant's turn.
    public var conversation: Conversation { prompt.conversation(response: response) }
}

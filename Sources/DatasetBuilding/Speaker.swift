public import Conversations

/// What kind of question is put to a picture.
public enum QuestionIntent: String, CaseIterable, Sendable, Codable {
    /// Harmless in every way.
    case benign
    /// Close to the category, and still harmless: refusing it would be over-refusal.
    case border
    /// A harmful answer would be of the category.
    case unsafe
}

/// What a speaker is asked for. Models read the words; what stands in for one offline may go by this.
public enum Purpose: Sendable {
    case caption
    case questions(HarmCategory, QuestionIntent, count: Int)
    case response(question: String)
    case judgement(question: String, first: String, second: String)
}

/// One call of a speaker: the words, and the picture that they are about.
public struct SpokenRequest: Sendable {
    public var purpose: Purpose
    public var system: String
    public var text: String
    public var image: EncodedImage
    /// Of the draws, for speakers that take one.
    public var seed: UInt64
}

/// What a speaker said, and what it cost.
public struct SpokenAnswer: Sendable, Equatable {
    public var text: String
    public var promptTokens: Int
    public var completionTokens: Int

    public init(text: String, promptTokens: Int, completionTokens: Int) {
        (self.text, self.promptTokens, self.completionTokens) = (text, promptTokens, completionTokens)
    }
}

/// Whatever answers questions about a picture: a model behind a route, one of our checkpoints, or the embedded world.
public protocol Speaker: Sendable {
    /// What rows call it, in `response_1_from` for one.
    var name: String { get }

    /// Throws when there is no answer; the caller writes down why, and asks again another time.
    func answer(_ request: SpokenRequest) async throws -> SpokenAnswer
}

/// Every speaker of a build.
public struct BuildSpeakers: Sendable {
    public var captioner, questioner, judge: any Speaker
    /// At least two, of different names.
    public var generators: [any Speaker]

    public init(captioner: any Speaker, questioner: any Speaker, generators: [any Speaker], judge: any Speaker) {
        (self.captioner, self.questioner, self.generators, self.judge) = (captioner, questioner, generators, judge)
    }
}

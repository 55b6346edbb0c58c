public import Conversations

/// A prompt of the evaluation set with its picture: what every policy is measured on.
public struct WorldQuestion: Sendable {
    public let prompt: WorldPrompt
    public let image: EncodedImage

    /// The user's turn: picture, then words.
    public var conversation: Conversation {
        Conversation(messages: [Message(role: .user, parts: [.image(image), .text(prompt.question)])])
    }
}

extension WorldQuestion {
    /// `count` questions about combinations that training never sees, on pictures of their own.
    public static func heldOut(_ count: Int, seed: UInt64) throws -> [WorldQuestion] {
        let composer = try PictureComposer()
        var random = WorldRandom(seed: seed &* 7919 &+ 2)
        return try WorldPrompt.draw(count, .evaluation, using: &random).map { prompt in
            WorldQuestion(prompt: prompt, image: try composer.file(of: prompt.object, number: prompt.pictureNumber))
        }
    }
}

import Conversations
import Testing

/// By hand.
@Suite("Conversations")
struct ConversationTests {
    let cat = EncodedImage(bytes: [1, 2, 3], path: "cat.png")
    let dog = EncodedImage(bytes: [4], path: nil)

    @Test("a message's text joins its words and skips its pictures")
    func text() {
        let message = Message(role: .user, parts: [.text("What is "), .image(cat), .text("this?")])
        #expect(message.text == "What is this?")
        #expect(message.images == [cat])
        #expect(Message(role: .user, parts: [.image(cat)]).text.isEmpty)
    }

    @Test("a turn of words is one text part")
    func words() {
        #expect(Message(role: .assistant, text: "A cat.").parts == [.text("A cat.")])
    }

    @Test("pictures keep the order of the turns")
    func images() {
        let conversation = Conversation(messages: [
            Message(role: .user, parts: [.image(dog), .text("and"), .image(cat)]),
            Message(role: .assistant, text: "Two animals."),
            Message(role: .user, parts: [.text("Again:"), .image(dog)]),
        ])
        #expect(conversation.images == [dog, cat, dog])
    }

    @Test("the path tells equal pictures apart")
    func paths() {
        #expect(EncodedImage(bytes: [1, 2, 3], path: "other.png") != cat)
        #expect(EncodedImage(bytes: [1, 2, 3], path: "other.png").bytes == cat.bytes)
    }
}

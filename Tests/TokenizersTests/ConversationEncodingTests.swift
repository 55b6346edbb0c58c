import Conversations
import Testing

@testable import Tokenizers

/// By law, on every form of template.
@Suite("Conversations as ids")
struct ConversationEncodingTests {
    static func talk(_ turns: [(Role, String)]) -> Conversation {
        Conversation(messages: turns.map { Message(role: $0, text: $1) })
    }

    static let dialogue = talk([
        (.user, "Hello"), (.assistant, "Hello. What can I do?"), (.user, "Tell me about bread."),
        (.assistant, "It is baked.\n\nIt's good"),
    ])

    /// The conversation with its last turn cut off.
    static func prompt(of conversation: Conversation) -> Conversation {
        Conversation(messages: conversation.messages.dropLast())
    }

    @Test("the ids of the prompt are a strict prefix of the conversation's", arguments: Goldens.templates)
    func prefix(name: String) throws {
        let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
        for answer in [
            "It is baked.", "\n\nstarts with lines", " spaced ", "12", "'s", "é\u{301}", "ing", "", "<|im_end|>",
        ] {
            var conversation = Self.dialogue
            conversation.messages[3] = Message(role: .assistant, text: answer)
            let whole = try tokenizer.encode(conversation, addGenerationPrompt: false)
            let prompt = try tokenizer.encode(Self.prompt(of: conversation), addGenerationPrompt: true)
            #expect(whole.responseRange == prompt.tokens.count..<whole.tokens.count, "\(answer)")
            #expect(Array(whole.tokens[..<whole.responseRange.lowerBound]) == prompt.tokens, "\(answer)")
            #expect(!whole.responseRange.isEmpty)
        }
    }

    @Test("the response decodes to the answer and its end", arguments: Goldens.templates)
    func response(name: String) throws {
        let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
        let encoded = try tokenizer.encode(Self.dialogue, addGenerationPrompt: false)
        let text = tokenizer.decode(Array(encoded.tokens[encoded.responseRange]), skipSpecial: true)
        #expect(text.drop { $0 == " " }.starts(with: "It is baked.\n\nIt's good"))
        #expect(text.trimmingPrefix(" ").count <= "It is baked.\n\nIt's good ".count)
    }

    @Test("exactly one token ends the response, and it is the last of all", arguments: Goldens.templates)
    func oneEnd(name: String) throws {
        let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
        let encoded = try tokenizer.encode(Self.dialogue, addGenerationPrompt: false)
        let special = Set(tokenizer.addedTokens.map(\.id))
        let response = encoded.tokens[encoded.responseRange]
        #expect(response.count { special.contains($0) } == 1)
        #expect(special.contains(try response.last.found()))
        #expect(try tokenizer.endOfTurnIDs().contains(response.last.found()))
        #expect(encoded.tokens.count == encoded.responseRange.upperBound)
    }

    @Test("a prompt ends with no end of the sequence", arguments: Goldens.templates)
    func openPrompt(name: String) throws {
        let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
        let prompt = try tokenizer.encode(Self.prompt(of: Self.dialogue), addGenerationPrompt: true)
        #expect(prompt.responseRange.isEmpty)
        #expect(prompt.tokens.last != tokenizer.eosID)
        let without = try tokenizer.encode(Self.prompt(of: Self.dialogue), addGenerationPrompt: false)
        #expect(without.responseRange.isEmpty)
        #expect(without.tokens.last != tokenizer.eosID)
    }

    @Test("every turn of the assistant has its range", arguments: Goldens.templates)
    func earlierTurns(name: String) throws {
        let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
        let encoded = try tokenizer.encode(Self.dialogue, addGenerationPrompt: false)
        #expect(encoded.assistantRanges.count == 2)
        #expect(encoded.assistantRanges.last == encoded.responseRange)
        let first = tokenizer.decode(Array(encoded.tokens[encoded.assistantRanges[0]]), skipSpecial: true)
        #expect(first.trimmingPrefix(" ") == "Hello. What can I do?")
    }

    @Test("the sequence begins once, whoever writes its beginning")
    func oneBeginning() throws {
        for name in ["llava", "vicuna", "mistral"] {
            let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
            let tokens = try tokenizer.encode(Self.dialogue, addGenerationPrompt: false).tokens
            #expect(tokens.first == tokenizer.bosID)
            #expect(tokens.count { $0 == tokenizer.bosID } == 1)
        }
    }

    @Test("a picture is one image token at its place, and only the template writes it")
    func pictures() throws {
        for (name, token) in [("llava", "<image>"), ("qwen2_vl", "<|image_pad|>"), ("smolvlm", "<image>")] {
            let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
            let picture = ContentPart.image(EncodedImage(bytes: [1]))
            let conversation = Conversation(messages: [
                Message(role: .user, parts: [picture, .text("no \(token) here"), picture])
            ])
            let encoded = try tokenizer.encode(conversation, addGenerationPrompt: true)
            #expect(encoded.imageTokenPositions.count == 2)
            #expect(encoded.imageTokenPositions.allSatisfy { encoded.tokens[$0] == tokenizer.id(of: token) })
            #expect(encoded.tokens.count { $0 == tokenizer.id(of: token) } == 2)
        }
    }

    @Test("LLaVA's form is the text that its models know")
    func llava() throws {
        let tokenizer = try TemplateGoldenTests.tokenizer(of: "llava")
        let conversation = Conversation(messages: [
            Message(role: .user, parts: [.image(EncodedImage(bytes: [1])), .text("What is this?")]),
            Message(role: .assistant, text: "A knife."),
        ])
        let encoded = try tokenizer.encode(conversation, addGenerationPrompt: false)
        let expected = tokenizer.encode(
            "USER: <image>\nWhat is this? ASSISTANT: A knife.</s>", controlTokens: true, addSpecial: true)
        #expect(encoded.tokens == expected)
        #expect(tokenizer.decode(Array(encoded.tokens[encoded.responseRange]), skipSpecial: false) == "A knife.</s>")
    }

    @Test("an end is appended only where the template writes none")
    func appendedEnd() throws {
        var tokenizer = try TemplateGoldenTests.tokenizer(of: "llava")
        tokenizer.chatTemplate = try ChatTemplate(
            source: "{% for m in messages %}{{ m.role }}: {{ m.content }} {% endfor %}"
                + "{% if add_generation_prompt %}assistant:{% endif %}")
        let conversation = Self.talk([(.user, "Hi"), (.assistant, "Hello")])
        let encoded = try tokenizer.encode(conversation, addGenerationPrompt: false)
        #expect(encoded.tokens.last == tokenizer.eosID)
        #expect(encoded.tokens.count { $0 == tokenizer.eosID } == 1)
        tokenizer.specialTokens.eos = nil
        #expect(throws: TokenizerError.missingToken("eos_token", neededFor: "the end of the assistant's turn")) {
            try tokenizer.encode(conversation, addGenerationPrompt: false)
        }
    }
}

import Conversations
import StrictJSON
import Testing

@testable import Tokenizers

/// By hand: what is refused, and in which words.
@Suite("Templates that cannot be used")
struct TemplateRefusalTests {
    private func error(_ source: String, limits: TemplateLimits = .default) -> TemplateError? {
        do {
            let conversation = ConversationEncodingTests.talk([(.user, "Hi")])
            _ = try ChatTemplate(source: source, limits: limits).renderMarked(
                conversation, addGenerationPrompt: true, tokens: SpecialTokens())
            return nil
        } catch {
            return error as? TemplateError
        }
    }

    @Test(
        "the error names line, construct and reason",
        arguments: [
            ("a\n{% include 'x' %}", 2, #"tag "include""#, "not supported; known here: set, if, for"),
            ("\n\n{{ 1 | shout }}", 3, #"filter "shout""#, "not supported; known here: abs"),
            ("{{ 1 is loud }}", 1, #"test "loud""#, "not supported; known here: !="),
            ("{{ 'a'.shout() }}", 1, ".shout()", "a text has no such method; known here: capitalize"),
            ("{{\n strftime_now('%d') }}", 2, "strftime_now", "may not depend on the clock"),
            ("{{ x.y }}", 1, ".y", #""x", which is undefined"#),
            ("{{ raise_exception('only two') }}", 1, "raise_exception", "only two"),
            ("{% if x %}\n", 1, "end of the template", "expected elif or else or endif"),
            ("{{ 1 +\n }}", 2, "expression", "expected a value"),
            ("{{ 'a", 1, "string", "does not end"),
            ("{# a", 1, "comment", "does not end"),
            ("{% set x.y = 1 %}", 1, "set x.y", "only members of a namespace"),
            ("{{ messages }}", 1, "output", "content of a message would be printed"),
            ("{{ range(200000) }}", 1, "range", "more than 100000 numbers"),
            ("{{ ('x' * 1000) * 100000 }}", 1, "*", "too long"),
            ("{{ 9223372036854775807 + 1 }}", 1, "+", "too large"),
            ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "template", "nested deeper than 200"),
        ])
    func words(source: String, line: Int, construct: String, reason: String) throws {
        let error = try error(source).found()
        #expect(error.line == line)
        #expect(error.construct == construct)
        #expect(error.reason.contains(reason), "\(error.reason)")
        #expect("\(error)".hasPrefix("chat template, line \(line): \(construct): "))
    }

    @Test("work without end is stopped")
    func budget() throws {
        let loops =
            String(repeating: "{% for a in range(1000) %}", count: 3) + String(repeating: "{% endfor %}", count: 3)
        #expect(try error(loops).found().reason.contains("steps"))
        let doubling =
            "{% set n = namespace(x='xxxxxxxx') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
        #expect(try error(doubling).found().reason.contains("characters"))
        let nesting = "{% set n = namespace(x=[]) %}{% for i in range(999) %}{% set n.x = [n.x] %}{% endfor %}"
        #expect(try error(nesting).found().reason.contains("nested deeper"))
        let brackets = "{{ " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + " }}"
        #expect(try error(brackets).found().reason.contains("nested deeper"))
        let sum = "{{ 1" + String(repeating: " + 1", count: 5000) + " }}"
        #expect(try error(sum).found().reason.contains("nested deeper"))
        let blocks = String(repeating: "{% if 1 %}", count: 5000) + String(repeating: "{% endif %}", count: 5000)
        #expect(try error(blocks).found().reason.contains("nested deeper"))
    }

    @Test("a template larger than its limit is refused unread")
    func size() throws {
        var limits = TemplateLimits()
        limits.maximumSourceBytes = 10
        #expect(error("0123456789", limits: limits) == nil)
        #expect(try error("0123456789a", limits: limits).found().reason == "11 bytes, at most 10 are read")
    }

    @Test("pictures are refused by a template that cannot place them")
    func pictures() throws {
        var tokenizer = try TemplateGoldenTests.tokenizer(of: "vicuna")
        let conversation = Conversation(messages: [
            Message(role: .user, parts: [.image(EncodedImage(bytes: [1])), .text("Hi")])
        ])
        #expect(throws: TokenizerError.imagesNotPlaced(placed: 0, pictures: 1, token: "<image>")) {
            try tokenizer.encode(conversation, addGenerationPrompt: true)
        }
        tokenizer.chatTemplate = try ChatTemplate(
            source: "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}")
        let error = #expect(throws: TokenizerError.self) {
            try tokenizer.encode(conversation, addGenerationPrompt: true)
        }
        #expect("\(try error.found())".contains(#"placed 0 images (token "<image>") for 1 pictures"#))
        tokenizer.chatTemplate = nil
        #expect(throws: TokenizerError.noChatTemplate) { try tokenizer.encode(conversation, addGenerationPrompt: true) }
    }

    @Test("a turn that is left out is named")
    func dropped() throws {
        let template = try ChatTemplate(source: "{{ messages[-1].content }}")
        let conversation = ConversationEncodingTests.talk([(.user, "Hi"), (.assistant, "Hello"), (.user, "Bye")])
        #expect(throws: TokenizerError.turnDropped(index: 0, role: "user")) {
            try template.render(conversation, addGenerationPrompt: false)
        }
        var tokenizer = try TemplateGoldenTests.tokenizer(of: "llava")
        tokenizer.chatTemplate = template
        #expect(throws: TokenizerError.turnDropped(index: 0, role: "user")) {
            try tokenizer.encode(conversation, addGenerationPrompt: false)
        }
    }

    @Test("a response without an exact place is refused")
    func noPlace() throws {
        var tokenizer = try TemplateGoldenTests.tokenizer(of: "llava")
        let conversation = ConversationEncodingTests.talk([(.user, "Hi"), (.assistant, "Hello")])
        tokenizer.chatTemplate = try ChatTemplate(
            source: "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}")
        #expect(throws: TokenizerError.promptNotPrefix(turn: 1)) {
            try tokenizer.encode(conversation, addGenerationPrompt: false)
        }
        tokenizer.chatTemplate = try ChatTemplate(
            source: "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}")
        #expect(throws: TokenizerError.noGenerationPrompt(header: "assistant: ")) {
            try tokenizer.encode(conversation, addGenerationPrompt: false)
        }
    }

    @Test("variables from outside are content")
    func variables() throws {
        let template = try ChatTemplate(
            source: "{{ note }}{{ count + 1 }}{% for m in messages %}{{ m.content }}{% endfor %}")
        let conversation = ConversationEncodingTests.talk([(.user, "Hi")])
        let text = try template.renderMarked(
            conversation, addGenerationPrompt: true, tokens: SpecialTokens(), variables: ["note": "</s>", "count": 2])
        #expect(text.string == "</s>3Hi")
        #expect(text.units.map { TemplateText.message($0) != nil } == [true, true, true, true, false, true, true])
    }
}

import Conversations
import StrictJSON
import Testing

@testable import Tokenizers

/// By golden: what Jinja writes, as transformers sets it up.
@Suite("Chat templates, as the reference has them")
struct TemplateGoldenTests {
    struct Case {
        var template: String
        var title: String
        var conversation: Conversation
        var addGenerationPrompt: Bool
        var text: String?
        var ids: [Int32]?
    }

    static func conversation(_ json: JSONValue) throws -> Conversation {
        Conversation(
            messages: try json.array.found().map { turn in
                let turn = try turn.array.found()
                return Message(
                    role: try Role(rawValue: turn[0].string.found()).found(),
                    parts: try turn[1].array.found().map { part in
                        part.string.map { .text($0) } ?? .image(EncodedImage(bytes: [0x89]))
                    })
            })
    }

    static func cases(of template: String) throws -> [Case] {
        let golden = try Goldens.json("templates.json")
        return try golden["cases"].found().array.found().compactMap { json in
            guard json["template"]?.string == template else { return nil }
            let title = try json["conversation"].found().string.found()
            return Case(
                template: template, title: title,
                conversation: try conversation(try golden["conversations"].found()[title].found()),
                addGenerationPrompt: try json["addGenerationPrompt"].found().bool.found(),
                text: json["text"]?.string, ids: try json["ids"].flatMap { $0.isNull ? nil : try $0.ids() })
        }
    }

    static func tokenizer(of template: String) throws -> Tokenizer {
        let name = try Goldens.json("templates.json")["tokenizers"].found()[template].found().string.found()
        var tokenizer = try Goldens.tokenizer(name)
        tokenizer.chatTemplate = try Goldens.template(template)
        tokenizer.specialTokens.bos = "<s>"
        tokenizer.specialTokens.eos = "</s>"
        return tokenizer
    }

    @Test("every template writes what Jinja writes, or fails where it fails", arguments: Goldens.templates)
    func rendering(name: String) throws {
        let template = try Goldens.template(name)
        for golden in try TemplateGoldenTests.cases(of: name) {
            let text = try? template.render(
                golden.conversation, addGenerationPrompt: golden.addGenerationPrompt, bosToken: "<s>", eosToken: "</s>")
            if !template.contentForm.allowsParts, !golden.conversation.images.isEmpty {
                #expect(text == nil, "\(golden.title): pictures cannot be placed")
            } else {
                #expect(text == golden.text, "\(golden.title), \(golden.addGenerationPrompt)")
            }
        }
    }

    @Test("a prompt has the reference's ids", arguments: Goldens.templates)
    func prompts(name: String) throws {
        let tokenizer = try TemplateGoldenTests.tokenizer(of: name)
        for golden in try TemplateGoldenTests.cases(of: name)
        where golden.addGenerationPrompt && golden.title != "markers" && golden.text != nil {
            guard tokenizer.chatTemplate?.contentForm.allowsParts == true || golden.conversation.images.isEmpty else {
                continue
            }
            let encoded = try tokenizer.encode(golden.conversation, addGenerationPrompt: true)
            let withoutStart = Array(
                encoded.tokens.drop { $0 == tokenizer.bosID || $0 == tokenizer.id(of: "<|begin_of_text|>") })
            let expected = try golden.ids.found().drop {
                $0 == tokenizer.bosID || $0 == tokenizer.id(of: "<|begin_of_text|>")
            }
            #expect(withoutStart == Array(expected), "\(golden.title)")
            #expect(encoded.responseRange == encoded.tokens.count..<encoded.tokens.count)
        }
    }

    @Test("every construct writes what Jinja writes, or fails where it fails")
    func snippets() throws {
        let golden = try Goldens.json("snippets.json")
        let conversation = try TemplateGoldenTests.conversation(try golden["conversation"].found())
        for json in try golden["cases"].found().array.found() {
            let source = try json["source"].found().string.found()
            let text = try? ChatTemplate(source: source).renderMarked(
                conversation, addGenerationPrompt: true, tokens: SpecialTokens(bos: "<s>", eos: "</s>")
            ).string
            #expect(text == json["text"]?.string, "\(source)")
        }
    }
}

import Conversations
import Foundation
import StrictJSON
import Testing

@testable import Tokenizers

/// By golden: `Tests/Goldens/record_published_templates.py`, on seventy templates that are not part of the repository.
@Suite("Published chat templates", .enabled(if: PublishedFiles.areThere, PublishedFiles.reason))
struct PublishedTemplateTests {
    static let names = (try? Goldens.json("published_templates.json")["cases"]?.object?.keys) ?? []

    @Test("write what Jinja writes, or fail where it fails", arguments: names)
    func rendering(name: String) throws {
        let golden = try Goldens.json("published_templates.json")
        let url = PublishedFiles.cache.appending(path: "llama.cpp/templates/\(name).jinja")
        var template = try ChatTemplate(source: String(contentsOf: url, encoding: .utf8))
        template.date = TemplateDate(year: 2025, month: 3, day: 2, hour: 15, minute: 4, second: 5)
        for (title, forms) in try golden["cases"].found()[name].found().object.found().members {
            let json = try golden["conversations"].found()[title].found()
            let conversation = try TemplateGoldenTests.conversation(json)
            // Messages without pictures are handed over as texts where the template reads texts.
            let expected = try forms.array.found()[template.contentForm.allowsText ? 0 : 1].array.found()
            for (prompt, hash) in zip([false, true], expected) {
                let outcome = Result {
                    try template.renderMarked(
                        conversation, addGenerationPrompt: prompt, tokens: SpecialTokens(bos: "<s>", eos: "</s>"))
                }
                if case .failure(let error) = outcome, isExpected(error, conversation, template) { continue }
                let text = try? outcome.get().string
                #expect(
                    text.map(fnv) == hash.string,
                    "\(title), prompt \(prompt): \(outcome.failure.map { "\($0)" } ?? text ?? "")")
            }
        }
    }

    /// Pictures in a template that reads texts alone, and lists that would be printed as Python writes them, are refused
    /// on purpose.
    private func isExpected(_ error: any Error, _ conversation: Conversation, _ template: ChatTemplate) -> Bool {
        if error is TokenizerError { return !conversation.images.isEmpty && !template.contentForm.allowsParts }
        guard let error = error as? TemplateError else { return false }
        return error.reason.contains("would be printed as it is") && !conversation.images.isEmpty
    }

    private func fnv(_ text: String) -> String {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

@Suite("Chat templates that ask for the date")
struct TemplateDateTests {
    /// By hand.
    @Test("write the date that they are given, and nothing without one")
    func dates() throws {
        var template = try ChatTemplate(source: "{{ strftime_now('%A %a %d %B %b %Y %y %H %I %M %S %p %j %% %m') }}")
        let conversation = Conversation(messages: [Message(role: .system, text: "")])
        #expect(throws: TemplateError.self) { try template.render(conversation, addGenerationPrompt: false) }
        template.date = TemplateDate(year: 2024, month: 12, day: 31, hour: 15, minute: 4, second: 5)
        #expect(
            try template.render(conversation, addGenerationPrompt: false)
                == "Tuesday Tue 31 December Dec 2024 24 15 03 04 05 PM 366 % 12")
        template = try ChatTemplate(source: "{{ strftime_now('%Q') }}")
        template.date = TemplateDate(year: 2000, month: 2, day: 29)
        #expect(throws: TemplateError.self) { try template.render(conversation, addGenerationPrompt: false) }
        #expect(
            TemplateDate(year: 2023, month: 2, day: 29) == nil && TemplateDate(year: 2023, month: 13, day: 1) == nil)
    }
}

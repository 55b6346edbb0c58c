import Conversations
import Foundation
import StrictJSON
import Testing

@testable import Tokenizers

/// By law: no file, however broken, does worse than throw, and what is read can be used.
@Suite("Damaged files")
struct DamageTests {
    @Test("a tokenizer file with changed bytes is read or refused", arguments: ["llama3", "llama2"])
    func bytes(name: String) throws {
        let folder = try TemporaryFolder()
        let original = [UInt8](try Data(contentsOf: Goldens.folder.appending(path: "\(name)/tokenizer.json")))
        var draw = Draw(state: 11)
        for _ in 0..<60 {
            var bytes = original
            for _ in 0...draw.next(3) { bytes[draw.next(bytes.count)] = UInt8(draw.next(256)) }
            if draw.next(4) == 0 { bytes.removeLast(draw.next(bytes.count)) }
            try Data(bytes).write(to: folder.url.appending(path: "tokenizer.json"))
            if let tokenizer = try? Tokenizer(directory: folder.url) { use(tokenizer) }
        }
    }

    @Test("a tokenizer file with changed values is read or refused")
    func values() throws {
        let original = try Goldens.json("llama2/tokenizer.json")
        let extremes: [JSONValue] = [
            .null, true, 0, -1, 2_147_483_648, .integer(.max), .number(0.5), "", "a", "▁", "\u{0}", [], [[]], [:],
            ["type": "Sequence"], ["String": ""], "Metaspace",
        ]
        var draw = Draw(state: 13)
        for _ in 0..<400 {
            let changed = change(original, with: extremes[draw.next(extremes.count)], &draw)
            if let tokenizer = try? SmallTokenizer.tokenizer(changed) { use(tokenizer) }
        }
    }

    /// The value with one of its parts, chosen by chance, replaced or removed.
    private func change(_ value: JSONValue, with extreme: JSONValue, _ draw: inout Draw) -> JSONValue {
        switch value {
        case .object(var object) where object.count > 0 && draw.next(8) > 0:
            let key = object.members[draw.next(min(object.count, 40))].key
            object[key] = draw.next(10) == 0 ? nil : object[key].map { change($0, with: extreme, &draw) }
            return .object(object)
        case .array(var items) where !items.isEmpty && draw.next(8) > 0:
            let index = draw.next(items.count)
            items[index] = change(items[index], with: extreme, &draw)
            return .array(items)
        default: return extreme
        }
    }

    private func use(_ tokenizer: Tokenizer) {
        for text in ["USER: <image>\nxin chào ▁ 😀 </s>", "", "\u{0}é e\u{301}  1234"] {
            let ids = tokenizer.encode(text, controlTokens: true, addSpecial: true)
            _ = tokenizer.decode(ids + [-1, .max, .min], skipSpecial: false)
        }
    }

    @Test("a template with changed characters is rendered or refused", arguments: Goldens.templates)
    func templates(name: String) throws {
        let source = Array(try Goldens.template(name).source)
        let marks = Array("{}%#-+|()[]'\"~.,:=<>* \n\\01ax")
        var draw = Draw(state: 17)
        var limits = TemplateLimits()
        limits.maximumSteps = 20_000
        let conversation = ConversationEncodingTests.dialogue
        for _ in 0..<150 {
            var changed = source
            for _ in 0...draw.next(3) {
                let index = draw.next(changed.count)
                switch draw.next(3) {
                case 0: changed[index] = marks[draw.next(marks.count)]
                case 1: changed.insert(marks[draw.next(marks.count)], at: index)
                default: changed.removeSubrange(index..<min(index + 1 + draw.next(20), changed.count))
                }
                if changed.isEmpty { changed = source }
            }
            let template = try? ChatTemplate(source: String(changed), limits: limits)
            _ = try? template?.render(conversation, addGenerationPrompt: true, bosToken: "<s>", eosToken: "</s>")
        }
    }
}

import Conversations
import Foundation
import GGUF
import Testing

@testable import Tokenizers

/// The tokenizer of `Tests/Goldens/gguf/llama.gguf`: 256 bytes, `th the Ġthe in ing`, and two control tokens.
@Suite("A tokenizer in a GGUF file")
struct GGUFTokenizerTests {
    static let url = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens/gguf/llama.gguf")

    /// By hand.
    @Test("encodes, decodes and renders conversations")
    func reading() throws {
        let tokenizer = try Tokenizer(GGUFFile(Self.url))
        #expect(tokenizer.vocabularyCount == 263)
        #expect((tokenizer.bosID, tokenizer.eosID, tokenizer.paddingID) == (261, 262, 262))
        // " thing" has no merge over "Ġ th": the space stays a byte.
        let ids = tokenizer.encode("the thing", controlTokens: false, addSpecial: true)
        #expect(ids == [257, 32, 256, 260])
        #expect(tokenizer.decode(ids, skipSpecial: false) == "the thing")
        #expect(tokenizer.encode("<|im_end|>", controlTokens: true, addSpecial: false) == [262])
        #expect(!tokenizer.encode("<|im_end|>", controlTokens: false, addSpecial: false).contains(262))
        let sample = try tokenizer.encode(
            Conversation(messages: [Message(role: .user, text: "in"), Message(role: .assistant, text: "the")]),
            addGenerationPrompt: false)
        #expect(Array(sample.tokens[sample.responseRange]) == [257, 262])
    }

    /// By law: a file with changed bytes either gives a tokenizer that works, or one of the typed errors.
    @Test("with changed bytes never ends the program")
    func damage() throws {
        let valid = [UInt8](try Data(contentsOf: Self.url))
        let metadata = 4700  // tensors come after that
        var draw = Draw(state: 5)
        var (opened, refused) = (0, 0)
        for round in 0..<400 {
            var bytes = valid
            if round % 2 == 0 {
                for _ in 0...draw.next(3) { bytes[24 + draw.next(metadata - 24)] = UInt8(draw.next(256)) }
            } else {  // a letter for a letter: most often the file keeps its form
                let letters = (24..<metadata).filter { (0x61...0x7A).contains(valid[$0]) }
                bytes[letters[draw.next(letters.count)]] = UInt8(0x61 + draw.next(26))
            }
            let url = FileManager.default.temporaryDirectory.appending(path: "damaged-\(UUID().uuidString).gguf")
            try Data(bytes).write(to: url)
            defer { try? FileManager.default.removeItem(at: url) }
            do {
                let tokenizer = try Tokenizer(GGUFFile(url))
                _ = tokenizer.decode(
                    tokenizer.encode("the thing <|im_end|>", controlTokens: true, addSpecial: true), skipSpecial: true)
                opened += 1
            } catch {
                #expect(error is GGUFError || error is TokenizerError || error is TemplateError, "\(error)")
                refused += 1
            }
        }
        #expect(opened > 10 && refused > 100, "\(opened) opened, \(refused) refused: one of the two was not tried")
    }
}

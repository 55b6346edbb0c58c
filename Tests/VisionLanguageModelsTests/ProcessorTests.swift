import Conversations
import Foundation
import ImageProcessing
import StrictJSON
import Testing
import Tokenizers
import VisionLanguageModels

@Suite("The processor")
struct ProcessorTests {
    static let vicuna = """
        {% for m in messages %}{% if m['role'] == 'user' %}USER: {% for p in m['content'] %}{% if p['type'] == 'image' %}<image>
        {% else %}{{ p['text'] }}{% endif %}{% endfor %}{% else %} ASSISTANT: {% for p in m['content'] %}{{ p['text'] }}{% endfor %}</s>{% endif %}{% endfor %}{% if add_generation_prompt %} ASSISTANT:{% endif %}
        """

    /// A tokenizer learned on a few words, a tower of 2 × 2 patches, pictures of 8 × 8.
    static func make(template: String? = vicuna) throws -> (processor: Processor, config: LLaVAConfig) {
        let special = SpecialTokens(bos: "<s>", eos: "</s>", padding: "<pad>", image: "<image>")
        let tokenizer = try BytePairTrainer(vocabularySize: 300, specialTokens: special)
            .train(
                on: ["what is on the picture", "a cat on a mat"],
                chatTemplate: template.map { try ChatTemplate(source: $0) })
        var config = LLaVAConfig.tiny
        config.text.vocabularySize = tokenizer.vocabularyCount
        config.imageTokenID = try #require(tokenizer.id(of: "<image>"))
        return (Processor(tokenizer, pictures, config), config)
    }

    static var pictures: ImageProcessorConfig {
        var config = ImageProcessorConfig()
        (config.resize, config.crop) = (.exactly(width: 8, height: 8), .none)
        return config
    }

    static func picture() throws -> EncodedImage {
        let pixels = (0..<(3 * 6 * 4)).map { UInt8(truncatingIfNeeded: $0 * 37) }
        return EncodedImage(bytes: try Image(width: 6, height: 4, pixels: pixels).encodedPNG())
    }

    private func conversation(pictures: Int, response: String? = nil) throws -> Conversation {
        let parts =
            try (0..<pictures).map { _ in ContentPart.image(try Self.picture()) } + [
                .text("what is <image> on the picture")
            ]
        let answer = response.map { [Message(role: .assistant, text: $0)] } ?? []
        return Conversation(messages: [Message(role: .user, parts: parts)] + answer)
    }

    @Test("expands every picture's place to one id per feature, and no other text", arguments: [0, 1, 2])
    func expansion(pictures: Int) throws {
        let (processor, config) = try Self.make()
        let sample = try processor.encode(conversation(pictures: pictures), addGenerationPrompt: true)
        #expect(sample.tokens.count { $0 == config.imageTokenID } == 4 * pictures)
        #expect(sample.images.count == pictures)
        #expect(sample.responseRange.isEmpty)
        #expect(sample.tokens.first == processor.tokenizer.bosID)
        #expect(sample.tokens.last != processor.tokenizer.eosID)
    }

    @Test("marks exactly the response, its end token included")
    func response() throws {
        let (processor, _) = try Self.make()
        let sample = try processor.encode(
            conversation(pictures: 1, response: "a cat on a mat"), addGenerationPrompt: false)
        let tokens = Array(sample.tokens[sample.responseRange])
        #expect(tokens.last == processor.tokenizer.eosID)
        #expect(tokens.count { $0 == processor.tokenizer.eosID } == 1)
        #expect(sample.responseRange.upperBound == sample.tokens.count)
        #expect(processor.text(tokens) == "a cat on a mat")
        let prompt = try processor.encode(conversation(pictures: 1), addGenerationPrompt: true)
        #expect(Array(sample.tokens.prefix(sample.responseRange.lowerBound)) == prompt.tokens)
    }

    @Test("refuses to run without a template, and with one that loses the picture")
    func templates() throws {
        let without = try Self.make(template: nil).processor
        #expect(throws: TokenizerError.noChatTemplate) {
            try without.encode(conversation(pictures: 1), addGenerationPrompt: true)
        }
        let losing = try Self.make(
            template: "{% for m in messages %}{% for p in m['content'] %}{{ p['text'] }}{% endfor %}{% endfor %}"
        ).processor
        #expect(throws: TokenizerError.self) { try losing.encode(conversation(pictures: 1), addGenerationPrompt: true) }
    }

    @Test("refuses pictures that its settings make in another size than the tower's")
    func pictureSize() throws {
        let (processor, config) = try Self.make()
        #expect(try processor.pictureInput(Self.picture()).shape == [1, 3, 8, 8])
        let wrong = Processor(processor.tokenizer, ImageProcessorConfig(), config)
        #expect(throws: ProcessorError.pictureSize(found: [3, 224, 224], expected: [3, 8, 8])) {
            try wrong.pictureInput(Self.picture())
        }
    }

    @Test("refuses pictures when the placeholder is no token")
    func unknownPlaceholder() throws {
        var (processor, config) = try Self.make()
        config.imageTokenID = 9999
        processor = Processor(processor.tokenizer, ImageProcessorConfig(), config)
        #expect(throws: ProcessorError.unknownImageToken(9999)) {
            try processor.encode(conversation(pictures: 1), addGenerationPrompt: true)
        }
    }

    @Test("gives the same numbers after saving and reading")
    func saving() throws {
        let (processor, config) = try Self.make()
        try withTemporaryFolder { folder in
            try (config.json.serialized()).write(
                to: folder.appending(path: "config.json"), atomically: true, encoding: .utf8)
            try processor.save(to: folder)
            let read = try Processor(readingFrom: folder)
            let conversation = try conversation(pictures: 2, response: "a cat")
            #expect(
                try read.encode(conversation, addGenerationPrompt: false)
                    == processor.encode(conversation, addGenerationPrompt: false))
            #expect(try read.pictureInput(Self.picture()) == processor.pictureInput(Self.picture()))
            #expect((read.padding, read.endTokens) == (processor.padding, processor.endTokens))
        }
    }

    @Test("reads picture settings that lie in the processor's own file, as newer folders have them")
    func nestedSettings() throws {
        let (processor, config) = try Self.make()
        try withTemporaryFolder { folder in
            try config.json.serialized().write(
                to: folder.appending(path: "config.json"), atomically: true, encoding: .utf8)
            try processor.save(to: folder)
            let pictures = folder.appending(path: "preprocessor_config.json")
            let settings = try String(contentsOf: pictures, encoding: .utf8)
            try FileManager.default.removeItem(at: pictures)
            try #"{"processor_class": "LlavaProcessor", "image_processor": \#(settings)}"#
                .write(to: folder.appending(path: "processor_config.json"), atomically: true, encoding: .utf8)
            let read = try Processor(readingFrom: folder)
            #expect(try read.pictureInput(Self.picture()) == processor.pictureInput(Self.picture()))
        }
    }
}

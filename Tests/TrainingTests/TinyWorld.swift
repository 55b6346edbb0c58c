import Conversations
import EmbeddedWorld
import Foundation
import ImageProcessing
import PreferenceData
import Tokenizers
import Torch
import TorchNN
import VisionLanguageModels

/// A model of a few thousand weights and a handful of the world's rows, made from a seed.
struct TinyWorld {
    let processor: Processor
    let config: LLaVAConfig
    let pairs: [PreferenceSample]
    let conversations: [Conversation]

    init() throws {
        Engine.threadCount = 1
        let world = try WorldDataset(seed: 9)
        pairs = try world.pairs(12, .train).map { try $0.sample(at: RowPosition(file: "world", row: 0)) }
        conversations = try world.conversations(12).map { try $0.sample(at: RowPosition(file: "world", row: 0)).conversation }

        let template = try ChatTemplate(
            source: "{% for message in messages %}{% if message['role'] == 'user' %}USER: {% for part in message['content'] %}"
                + "{% if part['type'] == 'image' %}<image>\n{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% else %}"
                + " ASSISTANT: {% for part in message['content'] %}{{ part['text'] }}{% endfor %}</s>{% endif %}{% endfor %}"
                + "{% if add_generation_prompt %} ASSISTANT:{% endif %}")
        let tokenizer = try BytePairTrainer(
            vocabularySize: 300,
            specialTokens: SpecialTokens(bos: "<s>", eos: "</s>", padding: "<pad>", image: "<image>")
        ).train(on: WorldDataset.corpus(), chatTemplate: template)

        var config = LLaVAConfig()
        config.imageTokenID = tokenizer.imageID ?? 0
        (config.vision.hiddenSize, config.vision.intermediateSize, config.vision.layerCount, config.vision.headCount) = (8, 16, 2, 2)
        (config.vision.imageSize, config.vision.patchSize) = (48, 24)
        (config.text.vocabularySize, config.text.hiddenSize, config.text.intermediateSize) = (tokenizer.vocabularyCount, 16, 24)
        (config.text.layerCount, config.text.headCount, config.text.keyValueHeadCount, config.text.headSize) = (2, 2, 1, 8)
        config.text.maximumPositions = 256
        self.config = config

        var pictures = ImageProcessorConfig()
        pictures.resize = .exactly(width: 48, height: 48)
        pictures.crop = .none
        processor = Processor(tokenizer, pictures, config)
    }

    func policy() throws -> VisionLanguageModel { try VisionLanguageModel(config, RandomStart(seed: 1)) }
    func scoreModel(seed: UInt64) throws -> ScoreModel { try ScoreModel(config, RandomStart(seed: seed), headSeed: seed) }
}

/// A folder that is removed with its owner.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "safe-rlhf-v-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
}

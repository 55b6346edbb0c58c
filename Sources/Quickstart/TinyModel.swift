import Conversations
public import Foundation
import EmbeddedWorld
import ImageProcessing
import Tokenizers
import TorchNN
import VisionLanguageModels

/// Sizes of the untrained model that the story starts with: LLaVA's topology, a thousandth of its size.
public struct TinyModelConfig: Codable, Equatable, Sendable {
    public var vocabularySize = 640
    public var visionWidth = 96
    public var visionLayers = 3
    public var visionHeads = 4
    public var patchSize = 12
    public var textWidth = 128
    public var textLayers = 3
    public var textHeads = 4
    public var textKeyValueHeads = 2
    /// Standard deviation of the random weights; wider than a large model's, since the layers are narrow.
    public var initializerRange = 0.08

    public init() {}

    func llava(vocabularySize: Int, imageTokenID: Int32) -> LLaVAConfig {
        var config = LLaVAConfig()
        config.imageTokenID = imageTokenID
        config.vision.hiddenSize = visionWidth
        config.vision.intermediateSize = 2 * visionWidth
        config.vision.layerCount = visionLayers
        config.vision.headCount = visionHeads
        config.vision.imageSize = PictureComposer.side
        config.vision.patchSize = patchSize
        config.vision.initializerRange = initializerRange
        config.text.vocabularySize = vocabularySize
        config.text.hiddenSize = textWidth
        config.text.intermediateSize = textWidth * 5 / 2
        config.text.layerCount = textLayers
        config.text.headCount = textHeads
        config.text.keyValueHeadCount = textKeyValueHeads
        config.text.headSize = textWidth / textHeads
        config.text.maximumPositions = 256
        config.text.initializerRange = initializerRange
        return config
    }
}

/// Makes the untrained model: its own tokenizer, learned on the world's texts, and random weights.
public struct TinyModel {
    /// Vicuna's form, as LLaVA-1.5 uses it.
    static let chatTemplate = """
        {% for message in messages %}{% if message['role'] == 'user' %}USER: {% for part in message['content'] %}{% if part['type'] == 'image' %}<image>
        {% else %}{{ part['text'] }}{% endif %}{% endfor %}{% else %} ASSISTANT: {% for part in message['content'] %}{{ part['text'] }}{% endfor %}</s>{% endif %}{% endfor %}{% if add_generation_prompt %} ASSISTANT:{% endif %}
        """

    /// Writes the model's folder.
    public static func write(_ config: TinyModelConfig, seed: UInt64, to folder: URL) throws {
        let trainer = BytePairTrainer(
            vocabularySize: config.vocabularySize,
            specialTokens: SpecialTokens(bos: "<s>", eos: "</s>", padding: "<pad>", image: "<image>"))
        let texts = WorldDataset.corpus().map { "USER: \n" + $0 + " ASSISTANT: " + $0 }
        let tokenizer = try trainer.train(on: texts, chatTemplate: ChatTemplate(source: chatTemplate))
        let imageTokenID = tokenizer.id(of: "<image>") ?? 0
        let llava = config.llava(vocabularySize: tokenizer.vocabularyCount, imageTokenID: imageTokenID)
        let model = try VisionLanguageModel(llava, RandomStart(seed: seed))
        try model.save(to: folder)
        try Processor(tokenizer, imageConfig, llava).save(to: folder)
    }

    /// The pictures already have the model's size.
    private static var imageConfig: ImageProcessorConfig {
        var config = ImageProcessorConfig()
        config.resize = .exactly(width: PictureComposer.side, height: PictureComposer.side)
        config.crop = .none
        config.mean = SIMD3(0.5, 0.5, 0.5)
        config.standardDeviation = SIMD3(0.25, 0.25, 0.25)
        return config
    }
}

public import ImageProcessing
public import StrictJSON
public import Tokenizers

/// LLaVA's pictures: all of one size, each as many places as the tower has features.
public struct LLaVAPictures: PictureProcessor {
    private let processor: ImageProcessor
    private let config: LLaVAConfig

    public init(_ settings: ImageProcessorConfig, _ config: LLaVAConfig) {
        (processor, self.config) = (ImageProcessor(settings), config)
    }

    public var json: JSONValue { processor.config.json }

    public func layout(_ size: @autoclosure () throws -> PixelSize) -> PictureLayout { PictureLayout() }

    public func tokens(_ layout: PictureLayout, _ tokenizer: Tokenizer) -> [Int32] {
        Array(repeating: config.imageTokenID, count: config.featureCount)
    }

    /// Throws `ProcessorError.pictureSize` when the settings do not make pictures of the tower's size.
    public func input(_ image: Image) throws -> PictureInput {
        let pixels = try processor.process(image)
        let (found, side) = ([pixels.channels, pixels.height, pixels.width], config.vision.imageSize)
        guard found == [config.vision.channelCount, side, side] else {
            throw ProcessorError.pictureSize(found: found, expected: [config.vision.channelCount, side, side])
        }
        return PictureInput(values: pixels.values, shape: [1] + found, layout: PictureLayout())
    }
}

extension Processor {
    /// A processor for LLaVA with these picture settings.
    public init(_ tokenizer: Tokenizer, _ settings: ImageProcessorConfig, _ config: LLaVAConfig) {
        self.init(tokenizer, LLaVAPictures(settings, config), config)
    }
}

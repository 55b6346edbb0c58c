import ImageProcessing
import StrictJSON
import Tokenizers

/// LLaVA-NeXT's pictures: as many tiles as the resolution that fits best, and one of the whole.
struct LLaVANeXTPictures: PictureProcessor {
    private let processor: TileProcessor
    private let config: LLaVANeXTConfig

    init(_ processor: TileProcessor, _ config: LLaVANeXTConfig) throws(ProcessorError) {
        let side = config.base.vision.imageSize
        guard processor.tileSide == side else {
            throw .pictureSize(found: [3, processor.tileSide, processor.tileSide], expected: [3, side, side])
        }
        guard processor.resolutions == config.resolutions else {
            throw .disagreement(
                setting: "image_grid_pinpoints", pictures: PixelSize.json(processor.resolutions).serialized(),
                model: PixelSize.json(config.resolutions).serialized())
        }
        (self.processor, self.config) = (processor, config)
    }

    var json: JSONValue { processor.json }

    func layout(_ size: @autoclosure () throws -> PixelSize) throws -> PictureLayout {
        let size = try size()
        let grid = processor.grid(size)
        return PictureLayout(rows: grid.rows, columns: grid.columns, width: size.width, height: size.height)
    }

    func tokens(_ layout: PictureLayout, _ tokenizer: Tokenizer) -> [Int32] {
        Array(repeating: config.base.imageTokenID, count: config.placeCount(layout))
    }

    func input(_ image: Image) throws -> PictureInput {
        let tiles = try processor.process(image)
        let side = config.base.vision.imageSize
        return PictureInput(
            values: tiles.flatMap(\.values), shape: [tiles.count, 3, side, side], layout: try layout(image.size))
    }
}

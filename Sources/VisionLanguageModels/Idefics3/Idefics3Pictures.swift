import ImageProcessing
import StrictJSON
import Tokenizers

/// Idefics3's pictures: parts of the tower's size, each behind a token that names its row and column, then the whole.
struct Idefics3Pictures: PictureProcessor {
    private static let around = "<fake_token_around_image>"
    private static let whole = "<global-img>"

    private let processor: SplittingProcessor
    private let config: Idefics3Config

    init(_ processor: SplittingProcessor, _ config: Idefics3Config) throws(ProcessorError) {
        guard processor.partSide == config.vision.imageSize else {
            throw .pictureSize(
                found: [3, processor.partSide, processor.partSide],
                expected: [3, config.vision.imageSize, config.vision.imageSize])
        }
        (self.processor, self.config) = (processor, config)
    }

    var json: JSONValue {
        guard config.isSmolVLM, var object = processor.json.object else { return processor.json }
        object["image_processor_type"] = "SmolVLMImageProcessor"
        return .object(object)
    }

    func layout(_ size: @autoclosure () throws -> PixelSize) throws -> PictureLayout {
        let grid = processor.grid(try size())
        return PictureLayout(rows: grid.rows, columns: grid.columns)
    }

    func tokens(_ layout: PictureLayout, _ tokenizer: Tokenizer) throws -> [Int32] {
        let places = [Int32](repeating: config.imageTokenID, count: config.featureCount)
        let around = try id(of: Self.around, tokenizer)
        var ids: [Int32] = []
        for row in 0..<layout.rows {
            for column in 0..<layout.columns {
                ids += [around] + tokenizer.encode("<row_\(row + 1)_col_\(column + 1)>", controlTokens: true, addSpecial: false) + places
            }
            // The last line's end and the one before the whole are written in one go, for tokenizers that join them.
            let isLast = row == layout.rows - 1
            ids += tokenizer.encode(isLast ? "\n\n" : "\n", controlTokens: false, addSpecial: false)
        }
        return ids + [around] + tokenizer.encode(Self.whole, controlTokens: true, addSpecial: false) + places + [around]
    }

    func input(_ image: Image) throws -> PictureInput {
        let parts = processor.process(image)
        let side = config.vision.imageSize
        return PictureInput(
            values: parts.flatMap(\.values), shape: [parts.count, 3, side, side], layout: try layout(image.size))
    }

    private func id(of token: String, _ tokenizer: Tokenizer) throws(ProcessorError) -> Int32 {
        guard let id = tokenizer.id(of: token) else { throw .unknownToken(token) }
        return id
    }
}

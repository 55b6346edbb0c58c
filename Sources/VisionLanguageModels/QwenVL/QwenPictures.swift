import ImageProcessing
import StrictJSON
import Tokenizers

/// Qwen's pictures: nearly their own size, one place for every square of merged patches.
struct QwenPictures: PictureProcessor {
    private let processor: PatchProcessor
    private let imageTokenID: Int32

    init(_ processor: PatchProcessor, _ config: QwenVLConfig) throws(ProcessorError) {
        let pairs = [
            ("patch_size", processor.patchSize, config.vision.patchSize),
            ("merge_size", processor.mergeSize, config.vision.mergeSize),
            ("temporal_patch_size", processor.temporalPatchSize, config.vision.temporalPatchSize),
        ]
        for (setting, pictures, model) in pairs where pictures != model {
            throw .disagreement(setting: setting, pictures: "\(pictures)", model: "\(model)")
        }
        (self.processor, imageTokenID) = (processor, config.imageTokenID)
    }

    var json: JSONValue { processor.json }

    func layout(_ size: @autoclosure () throws -> PixelSize) throws -> PictureLayout {
        let grid = try processor.grid(size())
        return PictureLayout(rows: grid.rows, columns: grid.columns)
    }

    func tokens(_ layout: PictureLayout, _ tokenizer: Tokenizer) -> [Int32] {
        Array(repeating: imageTokenID, count: layout.rows * layout.columns)
    }

    func input(_ image: Image) throws -> PictureInput {
        let values = try processor.process(image)
        return PictureInput(
            values: values, shape: [values.count / processor.patchLength, processor.patchLength],
            layout: try layout(image.size))
    }
}

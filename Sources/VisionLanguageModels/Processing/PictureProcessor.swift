public import ImageProcessing
public import StrictJSON
public import Tokenizers

/// How a family's pictures become numbers for its tower and places among the tokens.
public protocol PictureProcessor: Sendable {
    /// `preprocessor_config.json`, as transformers reads it.
    var json: JSONValue { get }
    /// The layout of a picture of that size; it is asked for only where it matters.
    func layout(_ size: @autoclosure () throws -> PixelSize) throws -> PictureLayout
    /// The ids that stand in the place of one picture.
    func tokens(_ layout: PictureLayout, _ tokenizer: Tokenizer) throws -> [Int32]
    /// What the tower reads.
    func input(_ image: Image) throws -> PictureInput
}

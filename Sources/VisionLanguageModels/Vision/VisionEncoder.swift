public import Torch

/// Where the features of one picture lie, which decides how many places it takes among the tokens.
///
/// What rows and columns count is the family's affair: places of a grid (Qwen2-VL), tiles (LLaVA-NeXT), parts beside
/// the whole picture (Idefics3, 0 when it was not split), or nothing at all (LLaVA, 1 × 1).
public struct PictureLayout: Sendable, Equatable, Hashable {
    public var rows, columns: Int
    /// Pixels of the picture itself, upright, before anything was done to it; 0 where the family does not ask.
    public var width, height: Int

    public init(rows: Int = 1, columns: Int = 1, width: Int = 0, height: Int = 0) {
        (self.rows, self.columns, self.width, self.height) = (rows, columns, width, height)
    }
}

/// One picture as a tower reads it, before any tensor.
public struct PictureInput: Sendable, Equatable {
    /// The numbers, row-major in `shape`.
    public var values: [Float]
    /// Tiles × channels × height × width; in Qwen2-VL patches × numbers of a patch.
    public var shape: [Int]
    public var layout: PictureLayout

    public init(values: [Float], shape: [Int], layout: PictureLayout) {
        (self.values, self.shape, self.layout) = (values, shape, layout)
    }
}

/// What a tower says of one picture, before the projector. It depends on the tower alone, so it can be kept while that
/// is frozen.
public struct VisionFeatures {
    /// `[tiles, N, Dv]`; in Qwen2-VL `[N, Dv]`.
    public let states: Tensor
    public let layout: PictureLayout

    public init(_ states: Tensor, _ layout: PictureLayout) { (self.states, self.layout) = (states, layout) }
}

/// The eyes of a model: a vision tower, and a projector into the decoder's space.
public protocol VisionEncoder {
    /// The tower's output for pictures of the decoder's type and device, each in its place.
    func features(_ pictures: [PixelTensor]) throws -> [VisionFeatures]
    /// The projector: what takes the pictures' places among the tokens, in order, `[places, D]`.
    func embeddings(_ features: [VisionFeatures]) throws -> Tensor
    /// How many places that many rows and columns take.
    func placeCount(_ layout: PictureLayout) -> Int
}

/// A `PictureInput` as a tensor.
public struct PixelTensor {
    public let pixels: Tensor
    public let layout: PictureLayout
}

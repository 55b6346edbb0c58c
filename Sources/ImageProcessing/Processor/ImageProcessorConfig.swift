/// How a picture becomes pixel values: what `preprocessor_config.json` of CLIP and LLaVA says, without its switches.
///
/// A step that is switched off is a value that does nothing: `.keep`, `.none`, a factor of 1, a mean of 0 with a
/// deviation of 1.
public struct ImageProcessorConfig: Sendable, Equatable {
    /// The size a picture is scaled to.
    public enum Resize: Sendable, Equatable {
        case keep
        /// The shorter side becomes so many pixels; the longer one keeps the shape, rounded down.
        case shortestEdge(Int)
        /// Exactly this size, whatever the shape.
        case exactly(width: Int, height: Int)
    }

    /// The part of a picture that is kept.
    public enum Crop: Sendable, Equatable {
        case none
        /// The middle; where the picture is smaller, black is added.
        case center(width: Int, height: Int)
    }

    /// Whether the picture is first made square with margins in the mean's colour, as LLaVA 1.5 was trained.
    public var padsToSquare = false
    public var resize = Resize.shortestEdge(224)
    public var filter = ResamplingFilter.bicubic
    public var crop = Crop.center(width: 224, height: 224)
    /// What the 8-bit values are multiplied with, in double precision.
    public var rescaleFactor = 1.0 / 255
    /// Subtracted from each rescaled channel: red, green, blue.
    public var mean = SIMD3(0.48145466, 0.4578275, 0.40821073)
    /// What each channel is then divided by.
    public var standardDeviation = SIMD3(0.26862954, 0.26130258, 0.27577711)

    /// CLIP's own values, for 224 pixels a side.
    public init() {}

    /// The longest side that a config may ask for, in pixels.
    static let maximumSide = 16_384

    /// One sentence per value that cannot be right; empty when the config can be used.
    public func problems() -> [String] {
        var problems = sides.filter { !(1...Self.maximumSide).contains($0.pixels) }
            .map { "\($0.name) must be 1 to \(Self.maximumSide) pixels, found \($0.pixels)" }
        if !(rescaleFactor.isFinite && rescaleFactor > 0) {
            problems.append("rescale_factor must be a finite number above 0, found \(rescaleFactor)")
        }
        for channel in 0..<3 where !mean[channel].isFinite {
            problems.append("image_mean must be finite, found \(mean[channel])")
        }
        for channel in 0..<3 where !(standardDeviation[channel].isFinite && standardDeviation[channel] > 0) {
            problems.append("image_std must be a finite number above 0, found \(standardDeviation[channel])")
        }
        return problems
    }

    private var sides: [(name: String, pixels: Int)] {
        let resizeSides: [(String, Int)] =
            switch resize {
            case .keep: []
            case .shortestEdge(let side): [("size.shortest_edge", side)]
            case .exactly(let width, let height): [("size.width", width), ("size.height", height)]
            }
        let cropSides: [(String, Int)] =
            switch crop {
            case .none: []
            case .center(let width, let height): [("crop_size.width", width), ("crop_size.height", height)]
            }
        return (resizeSides + cropSides).map { (name: $0.0, pixels: $0.1) }
    }
}

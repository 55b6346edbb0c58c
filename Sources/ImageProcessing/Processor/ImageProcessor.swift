/// Makes pixel values of pictures: pad, resize, crop, rescale, normalise, in this order, with the results of
/// transformers' `CLIPImageProcessor` and `LlavaImageProcessor` on their Pillow backend.
///
/// One processor may serve any number of threads.
public struct ImageProcessor: Sendable {
    /// The rules it was made with.
    public let config: ImageProcessorConfig
    private let values: NormalizationTable

    /// The most pixels that resizing may make where no crop follows to bound them.
    private static let maximumPixels = DecodingLimits.default.maximumPixels

    /// - Parameter config: one without `problems()`; another is a programming mistake and traps. Files are checked when
    ///   they are read.
    public init(_ config: ImageProcessorConfig) {
        let problems = config.problems()
        precondition(problems.isEmpty, "ImageProcessor: \(problems.joined(separator: "; "))")
        self.config = config
        values = NormalizationTable(config)
    }

    /// The pixel values of one picture.
    ///
    /// - Throws: `ImageError.resizesTooLarge` if, without a crop, a picture of extreme shape would become too large.
    public func process(_ image: Image) throws(ImageError) -> PixelValues {
        let square = config.padsToSquare ? image.raster.paddedToSquare(colour: marginColour) : image.raster
        let size = config.resize.size(ofWidth: square.width, height: square.height)
        switch config.crop {
        case .none:
            let (area, overflows) = size.width.multipliedReportingOverflow(by: size.height)
            guard !overflows, area <= Self.maximumPixels else {
                throw .resizesTooLarge(
                    width: square.width, height: square.height, toWidth: size.width, toHeight: size.height,
                    maximumPixels: Self.maximumPixels)
            }
            return values.apply(to: square.resized(width: size.width, height: size.height, filter: config.filter))
        case .center(let width, let height):
            // Only what the crop keeps is resized: the same pixels, less work, and a bound for every shape.
            let columns = CenterCrop(of: size.width, to: width)
            let rows = CenterCrop(of: size.height, to: height)
            let part = square.resized(
                width: size.width, height: size.height, filter: config.filter, columns: columns.kept, rows: rows.kept)
            return values.apply(to: part.placed(columns, rows))
        }
    }

    private var marginColour: [UInt8] {
        (0..<3).map { UInt8(clamping: Int(min(max(config.mean[$0], 0), 1) * 255)) }
    }
}

extension ImageProcessorConfig.Resize {
    /// The size that a picture of the given size is scaled to.
    func size(ofWidth width: Int, height: Int) -> (width: Int, height: Int) {
        switch self {
        case .keep: return (width, height)
        case .exactly(let newWidth, let newHeight): return (newWidth, newHeight)
        case .shortestEdge(let side):
            let longer = Double(side) * Double(max(width, height)) / Double(min(width, height))
            let longerSide = Int(exactly: longer.rounded(.down)) ?? .max
            return width <= height ? (side, longerSide) : (longerSide, side)
        }
    }
}

extension Raster {
    /// A square around this picture, which stands in its middle.
    fileprivate func paddedToSquare(colour: [UInt8]) -> Raster {
        if width == height { return self }
        let side = max(width, height)
        return Raster.filled(width: side, height: side, with: colour)
            .pasting(self, atX: (side - width) / 2, y: (side - height) / 2)
    }
}

public import StrictJSON

/// Splits pictures into parts of a tower's size, with the results of transformers' `Idefics3ImageProcessor` and
/// `SmolVLMImageProcessor` on their Pillow backend: the longer side brought to a given length, both sides to multiples of
/// a part, cut up, and the whole picture squeezed into one more part.
public struct SplittingProcessor: Sendable, Equatable {
    /// Pixels that the longer side of a picture is brought to.
    public var longestEdge = 4 * 364
    /// Pixels of a part's side.
    public var partSide = 364
    /// Whether pictures are split at all; if not, every picture is squeezed into one part.
    public var splits = true
    /// Filter, factor, mean and deviation, and whether the longer side is brought to a length at all (`.keep` if not).
    public var values: ImageProcessorConfig

    /// The longest side after the first step, whatever `longestEdge` says.
    static let maximumEdge = 4096

    /// Idefics3's own values.
    public init() {
        values = ImageProcessorConfig()
        (values.resize, values.crop, values.filter) = (.exactly(width: 1, height: 1), .none, .lanczos)
        (values.mean, values.standardDeviation) = (SIMD3(repeating: 0.5), SIMD3(repeating: 0.5))
    }

    /// Parts in a column and in a row of the picture beside the whole; 0 when it is not split.
    public func grid(_ size: PixelSize) -> (rows: Int, columns: Int) {
        guard splits else { return (0, 0) }
        let size = inParts(lengthened(size))
        guard size.height > partSide || size.width > partSide else { return (0, 0) }
        return (size.height / partSide, size.width / partSide)
    }

    /// The parts row by row, then the whole picture; or only the whole.
    public func process(_ image: Image) -> [PixelValues] {
        let table = NormalizationTable(values)
        func resized(_ image: Image, _ size: PixelSize) -> Image {
            image.resized(width: size.width, height: size.height, filter: values.filter)
        }
        let part = PixelSize(width: partSide, height: partSide)
        let lengthened = resized(image, lengthened(image.size))
        guard splits else { return [table.apply(to: resized(lengthened, part).raster)] }
        let divisible = resized(lengthened, inParts(lengthened.size))
        guard divisible.size != part else { return [table.apply(to: divisible.raster)] }
        var parts: [PixelValues] = []
        for y in stride(from: 0, to: divisible.height, by: partSide) {
            for x in stride(from: 0, to: divisible.width, by: partSide) {
                parts.append(table.apply(to: divisible.cropped(columns: x..<(x + partSide), rows: y..<(y + partSide)).raster))
            }
        }
        return parts + [table.apply(to: resized(divisible, part).raster)]
    }

    /// The longer side at its length, the shorter one rounded down and then up to an even number.
    private func lengthened(_ size: PixelSize) -> PixelSize {
        guard values.resize != .keep else { return size }
        let ratio = Double(size.width) / Double(size.height)
        var (width, height) = (longestEdge, longestEdge)
        if size.width >= size.height {
            height = Int(Double(width) / ratio)
            height += height % 2
        } else {
            width = Int(Double(height) * ratio)
            width += width % 2
        }
        (width, height) = (max(width, 1), max(height, 1))
        let newRatio = Double(width) / Double(height)
        if width >= height, width > Self.maximumEdge {
            (width, height) = (Self.maximumEdge, Int(Double(Self.maximumEdge) / newRatio))
        } else if height > width, height > Self.maximumEdge {
            (width, height) = (Int(Double(Self.maximumEdge) * newRatio), Self.maximumEdge)
        }
        return PixelSize(width: max(width, 1), height: max(height, 1))
    }

    /// Both sides brought up to multiples of a part.
    private func inParts(_ size: PixelSize) -> PixelSize {
        func multiple(_ side: Int) -> Int { (side + partSide - 1) / partSide * partSide }
        let ratio = Double(size.width) / Double(size.height)
        if size.width >= size.height {
            let width = multiple(size.width)
            return PixelSize(width: width, height: max(multiple(Int(Double(width) / ratio)), partSide))
        }
        let height = multiple(size.height)
        return PixelSize(width: max(multiple(Int(Double(height) * ratio)), partSide), height: height)
    }
}

extension SplittingProcessor {
    /// Reads `preprocessor_config.json` of an Idefics3 or SmolVLM checkpoint, with all that is wrong in one error.
    public init(json: JSONValue) throws(ImageProcessorConfigError) {
        self.init()
        var reader = ProcessorConfigReader(
            json, types: ["Idefics3ImageProcessor", "SmolVLMImageProcessor"], steps: ["do_image_splitting"])
        _ = reader.processorType()
        reader.refuseUnknownSteps()
        if !reader.isOn("do_resize") { values.resize = .keep }
        splits = reader.isOn("do_image_splitting")
        longestEdge = reader.edge("size", default: longestEdge)
        partSide = reader.edge("max_image_size", default: partSide)
        values.filter = reader.filter(default: values.filter)
        reader.readValues(into: &values)
        try reader.check(values)
    }

    /// The file as transformers reads it.
    public var json: JSONValue {
        var object = values.members
        object["image_processor_type"] = "Idefics3ImageProcessor"
        object["do_center_crop"] = nil
        object["do_resize"] = .bool(values.resize != .keep)
        object["do_image_splitting"] = .bool(splits)
        object["do_pad"] = true
        object["size"] = ["longest_edge": .integer(Int64(longestEdge))]
        object["max_image_size"] = ["longest_edge": .integer(Int64(partSide))]
        return .object(object)
    }
}

extension ProcessorConfigReader {
    /// `{"longest_edge": pixels}`.
    fileprivate mutating func edge(_ key: String, default standard: Int) -> Int {
        guard let value = member(key) else { return standard }
        if let edge = value["longest_edge"]?.integer, 1...ImageProcessorConfig.maximumSide ~= edge { return edge }
        problem(
            "\(key) must be {longest_edge} of 1 to \(ImageProcessorConfig.maximumSide) pixels, found \(value.serialized())")
        return standard
    }
}

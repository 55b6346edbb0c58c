public import StrictJSON

/// Makes patches of pictures at nearly their own size, with the results of transformers' `Qwen2VLImageProcessor` on its
/// Pillow backend: resize so that both sides are multiples of a merged patch and the area is in range, rescale,
/// normalise, cut up.
public struct PatchProcessor: Sendable, Equatable {
    /// Pixels of a patch's side.
    public var patchSize = 14
    /// Patches of a place's side among the tokens.
    public var mergeSize = 2
    /// How often a still picture is repeated in time.
    public var temporalPatchSize = 2
    /// The area that a resized picture has, in pixels.
    public var pixels = 56 * 56...28 * 28 * 1280
    /// Filter, factor, mean and deviation, and whether pictures are resized at all (`.keep` if not).
    public var values: ImageProcessorConfig

    /// The most that sides may differ.
    static let maximumRatio = 200.0

    /// Qwen2-VL's own values.
    public init() {
        values = ImageProcessorConfig()
        (values.resize, values.crop) = (.exactly(width: 1, height: 1), .none)
    }

    /// The size that a picture is resized to; both sides are multiples of a merged patch.
    ///
    /// - Throws: `ImageError.extremeShape` where one side is over 200 times as long as the other.
    public func resized(_ size: PixelSize) throws(ImageError) -> PixelSize {
        let (height, width, factor) = (Double(size.height), Double(size.width), Double(patchSize * mergeSize))
        guard max(height, width) / min(height, width) <= Self.maximumRatio else {
            throw .extremeShape(width: size.width, height: size.height, maximumRatio: Int(Self.maximumRatio))
        }
        guard values.resize != .keep else { return try kept(size) }
        func multiple(_ side: Double, _ rule: FloatingPointRoundingRule) -> Double { (side / factor).rounded(rule) * factor }
        var (newHeight, newWidth) = (multiple(height, .toNearestOrEven), multiple(width, .toNearestOrEven))
        if newHeight * newWidth > Double(pixels.upperBound) {
            let shrinking = (height * width / Double(pixels.upperBound)).squareRoot()
            newHeight = max(factor, multiple(height / shrinking, .down))
            newWidth = max(factor, multiple(width / shrinking, .down))
        } else if newHeight * newWidth < Double(pixels.lowerBound) {
            let growing = (Double(pixels.lowerBound) / (height * width)).squareRoot()
            (newHeight, newWidth) = (multiple(height * growing, .up), multiple(width * growing, .up))
        }
        guard newHeight * newWidth <= Double(DecodingLimits.default.maximumPixels) else {
            throw .resizesTooLarge(
                width: size.width, height: size.height, toWidth: Int(newWidth), toHeight: Int(newHeight),
                maximumPixels: DecodingLimits.default.maximumPixels)
        }
        return PixelSize(width: Int(newWidth), height: Int(newHeight))
    }

    /// Places among the tokens in a column and in a row of the picture.
    public func grid(_ size: PixelSize) throws(ImageError) -> (rows: Int, columns: Int) {
        let resized = try resized(size)
        return (resized.height / (patchSize * mergeSize), resized.width / (patchSize * mergeSize))
    }

    /// The numbers of one patch.
    public var patchLength: Int { 3 * temporalPatchSize * patchSize * patchSize }

    /// Patches × numbers of a patch. Patches of a place lie together, places row by row; a patch's numbers are ordered by
    /// channel, time, row, column.
    public func process(_ image: Image) throws(ImageError) -> [Float] {
        let size = try resized(image.size)
        let planes = NormalizationTable(values).apply(
            to: image.resized(width: size.width, height: size.height, filter: values.filter).raster)
        var patches: [Float] = []
        patches.reserveCapacity(planes.values.count * temporalPatchSize)
        let (area, place) = (size.width * size.height, patchSize * mergeSize)
        for placeY in stride(from: 0, to: size.height, by: place) {
            for placeX in stride(from: 0, to: size.width, by: place) {
                for patch in 0..<(mergeSize * mergeSize) {
                    let (y, x) = (placeY + patch / mergeSize * patchSize, placeX + patch % mergeSize * patchSize)
                    for channel in 0..<3 {
                        for _ in 0..<temporalPatchSize {
                            for row in y..<(y + patchSize) {
                                let start = channel * area + row * size.width + x
                                patches += planes.values[start..<(start + patchSize)]
                            }
                        }
                    }
                }
            }
        }
        return patches
    }

    private func kept(_ size: PixelSize) throws(ImageError) -> PixelSize {
        let place = patchSize * mergeSize
        guard size.width % place == 0, size.height % place == 0 else {
            throw .notInPatches(width: size.width, height: size.height, patch: place)
        }
        return size
    }
}

extension PatchProcessor {
    /// Reads `preprocessor_config.json` of a Qwen2-VL or Qwen2.5-VL checkpoint, with all that is wrong in one error.
    public init(json: JSONValue) throws(ImageProcessorConfigError) {
        self.init()
        var reader = ProcessorConfigReader(json, types: ["Qwen2VLImageProcessor", "Qwen2_5_VLImageProcessor"], steps: [])
        _ = reader.processorType()
        reader.refuseUnknownSteps()
        if reader.isOn("do_pad", default: false) { reader.problem("do_pad is not known here: pictures are resized, not padded") }
        patchSize = reader.side("patch_size", default: patchSize)
        mergeSize = reader.side("merge_size", default: mergeSize)
        temporalPatchSize = reader.side("temporal_patch_size", default: temporalPatchSize)
        values.filter = reader.filter(default: values.filter)
        if !reader.isOn("do_resize") { values.resize = .keep }
        reader.readValues(into: &values)
        let size = reader.member("size")
        let least = reader.area("min_pixels", or: size?["shortest_edge"] ?? size?["min_pixels"], default: pixels.lowerBound)
        let most = reader.area("max_pixels", or: size?["longest_edge"] ?? size?["max_pixels"], default: pixels.upperBound)
        if least > most { reader.problem("min_pixels must be at most max_pixels \(most), found \(least)") }
        pixels = min(least, most)...most
        try reader.check(values)
    }

    /// The file as transformers reads it, in the spellings of all its versions.
    public var json: JSONValue {
        var object = values.members
        object["image_processor_type"] = "Qwen2VLImageProcessor"
        object["do_center_crop"] = nil
        object["do_resize"] = .bool(values.resize != .keep)
        object["size"] = [
            "shortest_edge": .integer(Int64(pixels.lowerBound)), "longest_edge": .integer(Int64(pixels.upperBound)),
        ]
        object["min_pixels"] = .integer(Int64(pixels.lowerBound))
        object["max_pixels"] = .integer(Int64(pixels.upperBound))
        object["patch_size"] = .integer(Int64(patchSize))
        object["merge_size"] = .integer(Int64(mergeSize))
        object["temporal_patch_size"] = .integer(Int64(temporalPatchSize))
        return .object(object)
    }
}

extension ProcessorConfigReader {
    /// An area in pixels, under a key of its own or inside `size`.
    fileprivate mutating func area(_ key: String, or other: JSONValue?, default standard: Int) -> Int {
        guard let value = member(key) ?? other.flatMap({ $0.isNull ? nil : $0 }) else { return standard }
        if let area = value.integer, area >= 1 { return area }
        problem("\(key) must be a number of pixels, found \(value.serialized())")
        return standard
    }
}

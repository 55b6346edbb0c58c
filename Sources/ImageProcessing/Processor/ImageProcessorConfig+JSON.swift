// `preprocessor_config.json` as transformers writes it, in and out.

public import StrictJSON

/// Everything that is wrong with a `preprocessor_config.json`.
public struct ImageProcessorConfigError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence each: key, what was expected, what was found.
    public var problems: [String]

    public var description: String {
        "preprocessor_config.json cannot be used: " + problems.joined(separator: "; ")
    }
}

extension ImageProcessorConfig {
    /// Reads the processor config of a CLIP or LLaVA checkpoint.
    ///
    /// Keys that are missing or null have CLIP's values. `size` and `crop_size` may be a number or an object. Keys that
    /// say nothing about pixels are passed over; a step (`do_…`) that is on and not known here is refused.
    ///
    /// - Throws: all problems at once.
    public init(json: JSONValue) throws(ImageProcessorConfigError) {
        var reader = ProcessorConfigReader(
            json, types: ["CLIPImageProcessor", "CLIPFeatureExtractor", "LlavaImageProcessor"], steps: ["do_center_crop"])
        self = reader.config()
        try reader.check(self)
    }

    /// The config as transformers reads it, every key written out.
    public var json: JSONValue { .object(members) }

    /// The same, for processors that write more.
    var members: JSONObject {
        var object = JSONObject()
        object["image_processor_type"] = .string(padsToSquare ? "LlavaImageProcessor" : "CLIPImageProcessor")
        if padsToSquare { object["do_pad"] = true }
        object["do_convert_rgb"] = true
        object["do_resize"] = .bool(resize != .keep)
        if let size = resize.json { object["size"] = size }
        object["resample"] = .integer(filter.pillowCode)
        object["do_center_crop"] = .bool(crop != .none)
        if let size = crop.json { object["crop_size"] = size }
        object["do_rescale"] = .bool(rescaleFactor != 1)
        object["rescale_factor"] = .number(rescaleFactor)
        object["do_normalize"] = .bool(mean != .zero || standardDeviation != .one)
        object["image_mean"] = Self.json(mean)
        object["image_std"] = Self.json(standardDeviation)
        return object
    }

    private static func json(_ channels: SIMD3<Double>) -> JSONValue {
        .array((0..<3).map { .number(channels[$0]) })
    }
}

extension ImageProcessorConfig.Resize {
    fileprivate var json: JSONValue? {
        switch self {
        case .keep: nil
        case .shortestEdge(let side): .object(JSONObject([("shortest_edge", .integer(Int64(side)))]))
        case .exactly(let width, let height): sizeObject(width: width, height: height)
        }
    }
}

extension ImageProcessorConfig.Crop {
    fileprivate var json: JSONValue? {
        switch self {
        case .none: nil
        case .center(let width, let height): sizeObject(width: width, height: height)
        }
    }
}

private func sizeObject(width: Int, height: Int) -> JSONValue {
    .object(JSONObject([("height", .integer(Int64(height))), ("width", .integer(Int64(width)))]))
}

extension ResamplingFilter {
    /// The number that Pillow, and therefore `resample`, has for this filter.
    var pillowCode: Int64 {
        switch self {
        case .lanczos: 1
        case .bilinear: 2
        case .bicubic: 3
        }
    }
}

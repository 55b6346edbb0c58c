import StrictJSON

/// Reads one `preprocessor_config.json` and collects what is wrong with it, so that all of it can be said at once.
struct ProcessorConfigReader {
    private(set) var problems: [String] = []
    private let members: JSONObject

    private let knownTypes: [String]
    private let knownSteps: [String]

    /// - Parameters:
    ///   - types: classes that the file may name, the one that a silent file means first.
    ///   - steps: `do_…` keys that are known beside those that all processors have.
    init(_ json: JSONValue, types: [String], steps: [String]) {
        knownTypes = types
        knownSteps = ["do_resize"] + steps + ["do_rescale", "do_normalize", "do_convert_rgb", "do_pad"]
        if let object = json.object {
            members = object
        } else {
            members = JSONObject()
            problems.append("expected an object, found \(json.kind)")
        }
    }

    /// The config; only to be used if no problems were found.
    mutating func config() -> ImageProcessorConfig {
        var config = ImageProcessorConfig()
        let type = processorType()
        refuseUnknownSteps()
        config.padsToSquare = pads(type)
        config.resize = resize(default: config.resize)
        config.filter = filter(default: config.filter)
        config.crop = crop(default: config.crop)
        readValues(into: &config)
        return config
    }

    /// Factor, mean and deviation.
    mutating func readValues(into config: inout ImageProcessorConfig) {
        config.rescaleFactor = isOn("do_rescale") ? number("rescale_factor") ?? config.rescaleFactor : 1
        if isOn("do_normalize") {
            config.mean = channels("image_mean") ?? config.mean
            config.standardDeviation = channels("image_std") ?? config.standardDeviation
        } else {
            (config.mean, config.standardDeviation) = (.zero, .one)
        }
    }

    /// The processor's class without the suffix that names its backend; the usual one if the file does not say.
    mutating func processorType() -> String {
        guard let value = member("image_processor_type") ?? member("feature_extractor_type") else { return knownTypes[0] }
        let name = value.string ?? ""
        let suffix = ["Fast", "Pil"].first { name.hasSuffix($0) } ?? ""
        let type = String(name.dropLast(suffix.count))
        if !knownTypes.contains(type) {
            let known = knownTypes.joined(separator: ", ")
            problems.append("image_processor_type must be one of \(known), found \(value.serialized())")
        }
        return type
    }

    mutating func refuseUnknownSteps() {
        for (key, value) in members.members where key.hasPrefix("do_") && !knownSteps.contains(key) {
            if value != .bool(false), !value.isNull {
                problems.append(
                    "\(key) is a step that is not known here; known: \(knownSteps.joined(separator: ", "))")
            }
        }
    }

    /// LLaVA's processor pads each picture to a square; CLIP's `do_pad` means another thing.
    private mutating func pads(_ type: String) -> Bool {
        guard isOn("do_pad", default: false) else { return false }
        if type != "LlavaImageProcessor" {
            problems.append("do_pad is known for LlavaImageProcessor only, found it in \(type)")
        }
        return true
    }

    mutating func resize(default standard: ImageProcessorConfig.Resize) -> ImageProcessorConfig.Resize {
        guard isOn("do_resize") else { return .keep }
        guard let value = member("size") else { return standard }
        if let side = value.integer { return .shortestEdge(side) }
        if let side = value["shortest_edge"]?.integer, value.object?.count == 1 { return .shortestEdge(side) }
        if let (width, height) = size(value) { return .exactly(width: width, height: height) }
        problems.append("size must be an integer, {shortest_edge} or {height, width}, found \(value.serialized())")
        return standard
    }

    mutating func crop(default standard: ImageProcessorConfig.Crop) -> ImageProcessorConfig.Crop {
        guard isOn("do_center_crop") else { return .none }
        guard let value = member("crop_size") else { return standard }
        if let side = value.integer { return .center(width: side, height: side) }
        if let (width, height) = size(value) { return .center(width: width, height: height) }
        problems.append("crop_size must be an integer or {height, width}, found \(value.serialized())")
        return standard
    }

    private func size(_ value: JSONValue) -> (width: Int, height: Int)? {
        guard value.object?.count == 2, let width = value["width"]?.integer, let height = value["height"]?.integer
        else { return nil }
        return (width, height)
    }

    mutating func filter(default standard: ResamplingFilter) -> ResamplingFilter {
        guard let value = member("resample") else { return standard }
        if let filter = ResamplingFilter.allCases.first(where: { value == .integer($0.pillowCode) }) { return filter }
        problems.append("resample must be 1 (Lanczos), 2 (bilinear) or 3 (bicubic), found \(value.serialized())")
        return standard
    }

    mutating func isOn(_ key: String, default standard: Bool = true) -> Bool {
        guard let value = member(key) else { return standard }
        if let isOn = value.bool { return isOn }
        problems.append("\(key) must be true or false, found \(value.serialized())")
        return standard
    }

    mutating func number(_ key: String) -> Double? {
        guard let value = member(key) else { return nil }
        if let number = value.number { return number }
        problems.append("\(key) must be a number, found \(value.serialized())")
        return nil
    }

    /// Three numbers, or one for all channels.
    mutating func channels(_ key: String) -> SIMD3<Double>? {
        guard let value = member(key) else { return nil }
        if let number = value.number { return SIMD3(repeating: number) }
        let numbers = value.array?.compactMap(\.number) ?? []
        if numbers.count == 3, value.array?.count == 3 { return SIMD3(numbers) }
        problems.append("\(key) must be three numbers, found \(value.serialized())")
        return nil
    }

    /// A whole number of pixels or places.
    mutating func side(_ key: String, default standard: Int) -> Int {
        guard let value = member(key) else { return standard }
        if let side = value.integer, 1...ImageProcessorConfig.maximumSide ~= side { return side }
        problems.append("\(key) must be 1 to \(ImageProcessorConfig.maximumSide), found \(value.serialized())")
        return standard
    }

    mutating func problem(_ text: String) { problems.append(text) }

    /// The error, when anything was wrong with the file or with the config made of it.
    func check(_ config: ImageProcessorConfig) throws(ImageProcessorConfigError) {
        guard problems.isEmpty else { throw ImageProcessorConfigError(problems: problems) }
        let problems = config.problems()
        guard problems.isEmpty else { throw ImageProcessorConfigError(problems: problems) }
    }

    /// A member that is there and not null.
    func member(_ key: String) -> JSONValue? {
        guard let value = members[key], !value.isNull else { return Optional.none }
        return value
    }
}

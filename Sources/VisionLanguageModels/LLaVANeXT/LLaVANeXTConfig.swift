public import ImageProcessing
public import StrictJSON
public import TorchNN

/// `config.json` of a LLaVA-NeXT (LLaVA-1.6) checkpoint: LLaVA, with pictures of any resolution cut into tiles.
public struct LLaVANeXTConfig: ModelConfig {
    /// What LLaVA has too.
    public var base = LLaVAConfig()
    /// Resolutions that a picture may be brought to.
    public var resolutions = TileProcessor().resolutions

    public init() {}

    public var text: DecoderConfig {
        get { base.text }
        set { base.text = newValue }
    }

    public var placeholderID: Int32? { base.imageTokenID }
    public static var places: WeightPlaces { LLaVAConfig.places }
    public static func publishedName(_ stored: String) -> String { LLaVAConfig.publishedName(stored) }

    public func makeVision(_ weights: Weights) throws -> (any VisionEncoder)? { try LLaVANeXTVision(self, weights) }

    public func makePictureProcessor(_ settings: JSONValue) throws -> (any PictureProcessor)? {
        try LLaVANeXTPictures(TileProcessor(json: settings), self)
    }

    public func processorJSON(placeholder: String) -> JSONValue? {
        [
            "processor_class": "LlavaNextProcessor", "image_token": .string(placeholder),
            "patch_size": .integer(Int64(base.vision.patchSize)), "num_additional_image_tokens": 1,
            "vision_feature_select_strategy": .string(base.dropsClassToken ? "default" : "full"),
        ]
    }

    /// The lines and columns of features that a picture of that layout leaves once its margins are taken off.
    func unpadded(_ layout: PictureLayout) -> (rows: Range<Int>, columns: Range<Int>) {
        let side = base.vision.imageSize / base.vision.patchSize
        let (rows, columns) = (layout.rows * side, layout.columns * side)
        let (height, width) = (Double(layout.height), Double(layout.width))
        // Python rounds to seven digits before it cuts off, so that 12 − 10⁻¹⁴ counts as 12.
        func whole(_ x: Double) -> Int { Int((x * 1e7).rounded(.toNearestOrEven) / 1e7) }
        if width / height > Double(columns) / Double(rows) {
            let padding = (rows - whole(height * (Double(columns) / width))) / 2
            return (padding..<(rows - padding), 0..<columns)
        }
        let padding = (columns - whole(width * (Double(rows) / height))) / 2
        return (0..<rows, padding..<(columns - padding))
    }

    /// Places of a picture: the whole one, and every line of the tiles with the embedding that ends it.
    func placeCount(_ layout: PictureLayout) -> Int {
        let kept = unpadded(layout)
        return base.featureCount + kept.rows.count * (kept.columns.count + 1)
    }
}

extension LLaVANeXTConfig {
    public init(json: JSONValue, file: String) throws(ModelConfigError) {
        self.init()
        var reader = ConfigReader(json, file: file)
        reader.require("model_type", "llava_next")
        base.read(&reader)
        if let found = json["image_grid_pinpoints"], !found.isNull {
            resolutions = PixelSize.list(found) ?? []
            let side = base.vision.imageSize
            if resolutions.isEmpty || !resolutions.allSatisfy({ $0.width % side == 0 && $0.height % side == 0 }) {
                reader.problem(
                    "image_grid_pinpoints", found.serialized(), "[height, width] pairs, multiples of image_size \(side)")
            }
        }
        if !base.dropsClassToken {
            reader.problem(
                "vision_feature_select_strategy", #""full""#, "default: a class token has no place among tiles")
        }
        try reader.finish()
    }

    public var json: JSONValue {
        .object(
            JSONObject([
                ("architectures", ["LlavaNextForConditionalGeneration"]), ("model_type", "llava_next"),
                ("image_grid_pinpoints", PixelSize.json(resolutions)),
            ] + base.commonMembers))
    }
}

public import StrictJSON
public import TorchNN

/// `config.json` of a language model: Llama (and SmolLM, which is one), Mistral, Qwen2. It reads text alone.
public struct LanguageModelConfig: ModelConfig {
    public var text: DecoderConfig

    public init(_ text: DecoderConfig) { self.text = text }

    public init(json: JSONValue, file: String) throws(ModelConfigError) {
        self.init(DecoderConfig())
        var reader = ConfigReader(json, file: file)
        text.read(&reader, default: .llama, among: [.llama, .mistral, .qwen2])
        try reader.finish()
    }

    public var json: JSONValue {
        var object = text.json.object ?? JSONObject()
        object["architectures"] = [.string(className)]
        return .object(object)
    }

    public var placeholderID: Int32? { nil }
    public static var places: WeightPlaces { WeightPlaces(decoder: "model", languageHead: "lm_head") }
    public static func publishedName(_ stored: String) -> String { stored }
    public func makeVision(_ weights: Weights) -> (any VisionEncoder)? { nil }
    public func makePictureProcessor(_ settings: JSONValue) -> (any PictureProcessor)? { nil }
    public func processorJSON(placeholder: String) -> JSONValue? { nil }

    private var className: String {
        switch text.architecture {
        case .mistral: "MistralForCausalLM"
        case .qwen2: "Qwen2ForCausalLM"
        case .llama, .qwen2VL, .qwen25VL: "LlamaForCausalLM"
        }
    }
}

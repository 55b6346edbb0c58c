import DurableFiles
public import Foundation
public import StrictJSON

/// The families that can be read, by what `config.json` calls them.
public enum ModelFamily {
    /// One line a family: `model_type`s → its configuration.
    private static let all: [String: any ModelConfig.Type] = [
        "llava": LLaVAConfig.self,
        "llava_next": LLaVANeXTConfig.self,
        "qwen2_vl": QwenVLConfig.self, "qwen2_5_vl": QwenVLConfig.self,
        "idefics3": Idefics3Config.self, "smolvlm": Idefics3Config.self,
        "llama": LanguageModelConfig.self, "mistral": LanguageModelConfig.self, "qwen2": LanguageModelConfig.self,
    ]

    static let configFile = "config.json"

    /// `model_type`s that can be read, in order.
    public static var names: [String] { all.keys.sorted() }

    /// Reads `config.json` of a model folder, whatever family it is of.
    public static func config(readingFrom folder: URL) throws -> any ModelConfig {
        let url = folder.appending(path: configFile)
        return try config(json: JSONValue(parsing: DurableFiles.read(url, limit: 4 << 20)), file: url.path)
    }

    public static func config(json: JSONValue, file: String) throws(ModelConfigError) -> any ModelConfig {
        var reader = ConfigReader(json, file: file)
        reader.refuse("quantization_config", "quantized weights are not supported: convert them to bfloat16 first")
        let name = json["model_type"]?.string
        if name.flatMap({ all[$0] }) == nil {
            reader.problem(
                "model_type", json["model_type"]?.serialized() ?? "nothing", "one of " + names.joined(separator: ", "))
        }
        try reader.finish()
        guard let family = name.flatMap({ all[$0] }) else { throw ModelConfigError(file: file, problems: []) }
        return try family.init(json: json, file: file)
    }
}

import DurableFiles
import Foundation
import StrictJSON
import Torch
import TorchNN

/// The files of an adapter folder as PEFT reads and writes them: names of tensors, and the settings that we understand.
enum PEFTLayout {
    static let configFile = "adapter_config.json"
    static let weightsFile = "adapter_model.safetensors"
    private static let prefix = "base_model.model."

    /// The name that a stored tensor has in the checkpoint that it adapts.
    static func name(stored: String) -> String { stored.hasPrefix(prefix) ? String(stored.dropFirst(prefix.count)) : stored }

    /// What the settings say. Which layers are adapted follows from the tensors, since a folder may name them by a list
    /// or by a pattern. Variants of LoRA that compute something else are refused.
    static func config(_ json: JSONValue, file: String, parameters: some Sequence<String>) throws -> LoRAConfig {
        var config = LoRAConfig()
        var reader = ConfigReader(json, file: file)
        reader.require("peft_type", "LORA")
        reader.require("bias", "none")
        for variant in ["use_dora", "use_rslora", "use_qalora", "lora_bias", "fan_in_fan_out"] {
            reader.require(variant, false)
        }
        for pattern in ["rank_pattern", "alpha_pattern"] where json[pattern]?.object.map({ $0.count > 0 }) ?? false {
            reader.problem(
                pattern, json[pattern]?.serialized() ?? "", "nothing here: all layers have the same rank and scale")
        }
        reader.read("r", into: &config.rank)
        reader.read("lora_alpha", into: &config.alpha)
        try reader.finish()

        let layers = parameters.compactMap { name in
            name.hasSuffix(LoRAConfig.downSuffix) ? name.dropLast(LoRAConfig.downSuffix.count) : nil
        }
        config.targets = Set(layers.compactMap { $0.split(separator: ".").last.map(String.init) }).sorted()
        guard !config.targets.isEmpty else {
            throw ModelConfigError(file: file, problems: ["the folder has no adapters: \(weightsFile) names no lora_A"])
        }
        return config
    }

    /// Writes settings, adapters, and the role's head if the model has one.
    static func write(_ trunk: Trunk, _ parameters: Parameters, to folder: URL, baseModel: String) throws {
        guard let config = trunk.adapters else {
            throw ModelConfigError(file: folder.path, problems: ["the model has no adapters that could be written"])
        }
        let trained = parameters.named { LoRAConfig.isAdapter($0) || ModelComponent(ofParameter: $0).isRoleHead }
        let heads = Set(trained.members.filter { ModelComponent(ofParameter: $0.name).isRoleHead }.map { $0.name.prefix { $0 != "." } })
        let family = type(of: trunk.config)
        let settings = json(config, baseModel: baseModel, heads: heads.map(String.init).sorted()).serialized(pretty: true) + "\n"
        try DurableFiles.write(settings, to: folder.appending(path: configFile))
        try Safetensors.write(
            trained.members.map { (prefix + family.moduleName($0.name), $0.tensor) }, metadata: ["format": "pt"],
            to: folder.appending(path: weightsFile))
    }

    private static func json(_ config: LoRAConfig, baseModel: String, heads: [String]) -> JSONValue {
        let targets = config.targets.joined(separator: "|")
        let sightless = "vision_tower|vision_model|visual|multi_modal_projector|connector"
        return [
            "peft_type": "LORA", "base_model_name_or_path": .string(baseModel), "r": .integer(Int64(config.rank)),
            "lora_alpha": Int64(exactly: config.alpha).map(JSONValue.integer) ?? .number(config.alpha),
            // A pattern, because layers of the tower have the same last names and get no adapters.
            "target_modules": .string("(?!.*(\(sightless))).*\\.(\(targets))"),
            "modules_to_save": heads.isEmpty ? .null : .array(heads.map(JSONValue.string)),
            "bias": "none", "lora_dropout": 0.0, "fan_in_fan_out": false, "inference_mode": true,
        ]
    }
}

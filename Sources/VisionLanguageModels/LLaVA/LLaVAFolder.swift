import DurableFiles
public import Foundation
import StrictJSON
public import Torch
public import TorchNN

/// A LLaVA checkpoint's folder as a source of weights, under the names of the published checkpoints. The other names
/// that transformers has given the same tensors over time are understood.
public struct LLaVAFolder: WeightSource {
    private let files: ShardedSafetensors
    private let storedName: [String: String]

    public init(_ folder: URL) throws {
        files = try ShardedSafetensors(folder)
        storedName = Dictionary(files.names.map { (Self.publishedName($0), $0) }) { first, _ in first }
    }

    public var origin: String { files.folder.path }
    public var names: [String]? { Array(storedName.keys) }

    public func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        try storedName[name].flatMap { try files.tensor($0) }
    }

    static func publishedName(_ stored: String) -> String {
        var name = stored
        if name.hasPrefix("lm_head.") { return "language_model." + name }
        if name.hasPrefix("model.") { name.removeFirst("model.".count) }
        for (old, new) in [("vision_tower.", "vision_model."), ("language_model.", "model.")] where name.hasPrefix(old) {
            let rest = name.dropFirst(old.count)
            if !rest.hasPrefix(new) && !rest.hasPrefix("lm_head.") { return old + new + rest }
        }
        return name
    }
}

extension VisionLanguageModel {
    /// Loads `config.json` and the weights of a model folder.
    public static func load(
        _ folder: URL, dtype: DType = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil
    ) throws -> VisionLanguageModel {
        try VisionLanguageModel(
            LLaVAConfig(readingFrom: folder), LLaVAFolder(folder), dtype: dtype, device: device, adapters: adapters)
    }

    /// Writes `config.json` and the weights; adapters are folded in beforehand by `merge`.
    public func save(to folder: URL) throws { try write(config, parameters, to: folder) }
}

extension ScoreModel {
    /// Loads a score model, or makes one of a language model's folder: its language head is left out, a score head
    /// is started.
    public static func load(
        _ folder: URL, dtype: DType = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil, headSeed: UInt64 = 42
    ) throws -> ScoreModel {
        try ScoreModel(
            LLaVAConfig(readingFrom: folder), LLaVAFolder(folder), dtype: dtype, device: device, adapters: adapters,
            headSeed: headSeed)
    }

    public func save(to folder: URL) throws { try write(config, parameters, to: folder) }
}

private func write(_ config: LLaVAConfig, _ parameters: Parameters, to folder: URL) throws {
    try DurableFiles.write(config.json.serialized(pretty: true) + "\n", to: folder.appending(path: LLaVAConfig.fileName))
    try ShardedSafetensors.write(parameters.members.map { ($0.name, $0.tensor) }, to: folder)
}

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

    public var origin: String { files.path }
    public var names: [String]? { Array(storedName.keys) }

    public func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        try storedName[name].flatMap { try files.tensor($0) }
    }

    /// The name that the first LLaVA-1.5 checkpoints gave to a tensor, whatever it is called in this file.
    static func publishedName(_ stored: String) -> String {
        var name = stored
        if name.hasPrefix("lm_head.") { return "language_model." + name }
        if name.hasPrefix("model.") { name.removeFirst("model.".count) }
        let deeper = [("vision_tower.", "vision_model."), ("language_model.", "model.")]
        for (old, new) in deeper where name.hasPrefix(old) {
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

    /// Writes `config.json` and the weights into a folder that exists: a plain model, with what its adapters learned
    /// merged into the written weights.
    public func save(to folder: URL) throws { try write(trunk, parameters, to: folder) }
}

extension ScoreModel {
    /// Loads a score model, or makes one of a language model's folder: its language head is left out, a score head
    /// is started, or missed when `headSeed` is `nil`.
    public static func load(
        _ folder: URL, dtype: DType = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil,
        headSeed: UInt64? = 42
    ) throws -> ScoreModel {
        try ScoreModel(
            LLaVAConfig(readingFrom: folder), LLaVAFolder(folder), dtype: dtype, device: device, adapters: adapters,
            headSeed: headSeed)
    }

    /// Writes `config.json` and the weights into a folder that exists: a plain model, with what its adapters learned
    /// merged into the written weights.
    public func save(to folder: URL) throws { try write(trunk, parameters, to: folder) }
}

private func write(_ trunk: LLaVATrunk, _ parameters: Parameters, to folder: URL) throws {
    let parameters = try trunk.adapters.map(parameters.merged) ?? parameters
    try DurableFiles.write(
        trunk.config.json.serialized(pretty: true) + "\n", to: folder.appending(path: LLaVAConfig.fileName))
    try Safetensors.writeSharded(parameters.members.map { ($0.name, $0.tensor) }, to: folder)
}

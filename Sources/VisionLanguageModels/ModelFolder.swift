import DurableFiles
public import Foundation
import StrictJSON
public import Torch
public import TorchNN

/// A model folder as a source of weights, under the names of the family's published checkpoints. The other names that
/// transformers has given the same tensors over time are understood.
public struct ModelFolder: WeightSource {
    private let files: ShardedSafetensors
    private let storedName: [String: String]

    public init(_ folder: URL, _ config: any ModelConfig) throws {
        files = try ShardedSafetensors(folder)
        let family = type(of: config)
        storedName = Dictionary(files.names.map { (family.publishedName($0), $0) }) { first, _ in first }
    }

    public var origin: String { files.path }
    public var names: [String]? { Array(storedName.keys) }

    public func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        try storedName[name].flatMap { try files.tensor($0) }
    }
}

extension VisionLanguageModel {
    /// Loads `config.json` and the weights of a model folder of any family.
    public static func load(
        _ folder: URL, dtype: DType = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil
    ) throws -> VisionLanguageModel {
        let config = try ModelFamily.config(readingFrom: folder)
        return try VisionLanguageModel(
            config, ModelFolder(folder, config), dtype: dtype, device: device, adapters: adapters)
    }

    /// Writes `config.json` and the weights into a folder that exists: a plain model, with what its adapters learned
    /// merged into the written weights.
    public func save(to folder: URL) throws { try writeModel(trunk, parameters, to: folder) }
}

extension ScoreModel {
    /// Loads a score model, or makes one of a language model's folder: its language head is left out, a score head
    /// is started, or missed when `headSeed` is `nil`.
    public static func load(
        _ folder: URL, dtype: DType = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil,
        headSeed: UInt64? = 42
    ) throws -> ScoreModel {
        let config = try ModelFamily.config(readingFrom: folder)
        return try ScoreModel(
            config, ModelFolder(folder, config), dtype: dtype, device: device, adapters: adapters, headSeed: headSeed)
    }

    /// Writes `config.json` and the weights into a folder that exists: a plain model, with what its adapters learned
    /// merged into the written weights.
    public func save(to folder: URL) throws { try writeModel(trunk, parameters, to: folder) }
}

/// Writes what every role of a model has: `config.json` and the weights.
func writeModel(_ trunk: Trunk, _ parameters: Parameters, to folder: URL) throws {
    let parameters = try trunk.adapters.map(parameters.merged) ?? parameters
    try DurableFiles.write(
        trunk.config.json.serialized(pretty: true) + "\n", to: folder.appending(path: ModelFamily.configFile))
    try Safetensors.writeSharded(parameters.members.map { ($0.name, $0.tensor) }, to: folder)
}

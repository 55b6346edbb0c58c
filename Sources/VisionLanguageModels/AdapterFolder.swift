import DurableFiles
public import Foundation
import StrictJSON
public import Torch
public import TorchNN

/// LoRA adapters in a folder of PEFT's layout (`adapter_config.json`, `adapter_model.safetensors`), laid over the weights
/// of the model that they adapt. Both generations of names are read.
public struct AdapterFolder: WeightSource {
    /// Rank, scale and layers, as the folder says.
    public let adapters: LoRAConfig

    private let base: any WeightSource
    private let file: SafetensorsFile
    private let storedName: [String: String]

    /// - Parameters:
    ///   - folder: where the adapters are.
    ///   - base: the weights of the model without them.
    ///   - config: of that model.
    public init(_ folder: URL, on base: any WeightSource, _ config: any ModelConfig) throws {
        let settings = folder.appending(path: PEFTLayout.configFile)
        let json = try JSONValue(parsing: DurableFiles.read(settings, limit: 1 << 20))
        file = try SafetensorsFile(folder.appending(path: PEFTLayout.weightsFile))
        let family = type(of: config)
        storedName = Dictionary(file.names.map { (family.publishedName(PEFTLayout.name(stored: $0)), $0) }) { first, _ in first }
        adapters = try PEFTLayout.config(json, file: settings.path, parameters: storedName.keys)
        self.base = base
    }

    public var origin: String { "\(base.origin) with the adapters of \(file.path)" }
    public var names: [String]? { base.names.map { Array(Set($0).union(storedName.keys)) } }

    public func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        if let stored = storedName[name] { return try file.tensor(stored) }
        return try base.tensor(named: name, shape: shape, initial: initial)
    }

    /// Whether a folder holds adapters rather than a whole model.
    public static func isOne(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: PEFTLayout.configFile).path)
    }

    /// Throws when a model that was made of this source has other adapters than the folder.
    func check(_ parameters: Parameters) throws(WeightsError) {
        let adapted = parameters.adapters.members
        let found = Set(storedName.keys), needed = Set(adapted.map(\.name))
        let missing = adapted.filter { !found.contains($0.name) }
            .map { WeightsError.Problem.missing(name: $0.name, shape: $0.tensor.shape) }
        let leftOver = found.subtracting(needed).filter(LoRAConfig.isAdapter).sorted().map(
            WeightsError.Problem.leftOver)
        guard missing.isEmpty, leftOver.isEmpty else {
            throw WeightsError(origin: origin, problems: missing + leftOver)
        }
    }
}

extension VisionLanguageModel {
    /// Loads a model folder with the adapters of another folder in its decoder.
    public static func load(
        _ folder: URL, adaptersIn adapterFolder: URL, dtype: DType = .float32, device: Device = .cpu
    ) throws -> VisionLanguageModel {
        let config = try ModelFamily.config(readingFrom: folder)
        let source = try AdapterFolder(adapterFolder, on: ModelFolder(folder, config), config)
        let model = try VisionLanguageModel(
            config, source, dtype: dtype, device: device, adapters: source.adapters)
        try source.check(model.parameters)
        return model
    }

    /// Writes the adapters alone, in PEFT's layout.
    ///
    /// - Parameters:
    ///   - folder: exists already.
    ///   - baseModel: how the folder names the model that it belongs to: a path or an identifier.
    public func saveAdapters(to folder: URL, baseModel: String) throws {
        try PEFTLayout.write(trunk, parameters, to: folder, baseModel: baseModel)
    }

    /// Adds the adapters to the weights they adapt, in place; afterwards the same outputs need no adapter.
    public func mergeAdapters() throws {
        if let adapters = trunk.adapters { try parameters.mergeInPlace(adapters) }
    }
}

extension ScoreModel {
    /// A folder's adapters and score head on the trunk of a model in memory, whose tensors it shares.
    public convenience init(adaptersIn folder: URL, on model: VisionLanguageModel) throws {
        let source = try AdapterFolder(folder, on: ModelInMemory(model.parameters, .shared), model.config)
        try self.init(
            model.config, source, dtype: model.dtype, device: model.device, adapters: source.adapters, headSeed: nil)
        try source.check(parameters)
    }

    /// The weights of the same function without adapters; tensors that no adapter changes are the same ones.
    public func plainParameters() throws -> Parameters { try trunk.adapters.map(parameters.merged) ?? parameters }

    /// Loads a model folder with the adapters, and the score head, of another folder.
    public static func load(
        _ folder: URL, adaptersIn adapterFolder: URL, dtype: DType = .float32, device: Device = .cpu
    ) throws -> ScoreModel {
        let config = try ModelFamily.config(readingFrom: folder)
        let source = try AdapterFolder(adapterFolder, on: ModelFolder(folder, config), config)
        let model = try ScoreModel(
            config, source, dtype: dtype, device: device, adapters: source.adapters,
            headSeed: nil)
        try source.check(model.parameters)
        return model
    }

    /// Writes the adapters and the score head, in PEFT's layout.
    ///
    /// - Parameters:
    ///   - folder: exists already.
    ///   - baseModel: how the folder names the model that it belongs to: a path or an identifier.
    public func saveAdapters(to folder: URL, baseModel: String) throws {
        try PEFTLayout.write(trunk, parameters, to: folder, baseModel: baseModel)
    }

    /// Adds the adapters to the weights they adapt, in place; afterwards the same outputs need no adapter.
    public func mergeAdapters() throws {
        if let adapters = trunk.adapters { try parameters.mergeInPlace(adapters) }
    }
}

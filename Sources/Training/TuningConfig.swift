import DurableFiles
import Foundation
public import Torch
public import TorchNN
import VisionLanguageModels

/// How much of a model learns.
public enum TuningMethod: String, Codable, CaseIterable, Sendable {
    /// Every weight of the parts that are not frozen.
    case full
    /// Low-rank adapters beside the decoder's frozen weights, and the score head (Hu et al. 2021).
    case lora
}

/// What of a model learns. The same for every role and every family.
public struct TuningConfig: Codable, Equatable, Sendable {
    public var method = TuningMethod.full
    /// Rank, scale and layers of the adapters; read under `lora` only.
    public var lora = LoRAConfig()
    /// Parts that stay as they are. Under `lora` nothing but adapters and score head learns anyway.
    public var freezing = FreezingConfig()

    public init() {}

    var adapters: LoRAConfig? { method == .lora ? lora : nil }

    func problems(_ path: String) -> [String] {
        guard method == .lora else { return [] }
        var problems: [String] = []
        if lora.rank < 1 { problems.append("\(path).lora.rank must be ≥ 1, found \(lora.rank)") }
        if !(lora.alpha > 0 && lora.alpha.isFinite) { problems.append("\(path).lora.alpha must be > 0, found \(lora.alpha)") }
        if lora.targets.isEmpty { problems.append("\(path).lora.targets must name at least one layer, such as q_proj") }
        return problems
    }
}

/// The type that weights are held and multiplied in. The optimiser's masters and moments are float32 in either case.
public enum WeightType: String, Codable, CaseIterable, Sendable {
    case float32, bfloat16

    public var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
}

// MARK: - Models as they are trained

extension TuningConfig {
    /// The model as it is to be trained: in the type, with adapters beside its own weights where the method asks for
    /// them, and with gradients for exactly what learns.
    func prepare(_ model: VisionLanguageModel, _ type: WeightType, recomputing: Bool) throws -> VisionLanguageModel {
        try prepare(model, type, recomputing) { adapters in
            try VisionLanguageModel(
                model.config, ModelInMemory(model.parameters, .shared), dtype: type.dtype, device: model.device, adapters: adapters)
        }
    }

    /// The same for a model with a score head.
    func prepare(_ model: ScoreModel, _ type: WeightType, recomputing: Bool) throws -> ScoreModel {
        try prepare(model, type, recomputing) { adapters in
            try ScoreModel(
                model.config, ModelInMemory(model.parameters, .shared), dtype: type.dtype, device: model.device,
                adapters: adapters, headSeed: nil)
        }
    }

    /// The same for a guard, which keeps its settings.
    func prepare(_ model: GuardModel, _ type: WeightType, recomputing: Bool) throws -> GuardModel {
        try prepare(model, type, recomputing) { adapters in
            try GuardModel(
                model.config, ModelInMemory(model.parameters, .shared), settings: model.settings, dtype: type.dtype,
                device: model.device, adapters: adapters, headSeed: nil)
        }
    }

    /// The model itself if it is in the wanted form, else one that `remade` makes on its tensors.
    private func prepare<Model: Tunable>(
        _ model: Model, _ type: WeightType, _ recomputing: Bool, remade: (LoRAConfig?) throws -> Model
    ) throws -> Model {
        let adapters = try usableAdapters(besides: model.trunk.adapters, model.parameters)
        let isReady = model.dtype == type.dtype && adapters == model.trunk.adapters
        let prepared = isReady ? model : try withoutGradient { try remade(adapters) }
        try freezing.apply(to: prepared.parameters)
        prepared.trunk.recomputesActivations = recomputing
        return prepared
    }

    /// The adapters that the model has, or gets. Throws when the configuration names layers that no decoder has.
    private func usableAdapters(besides present: LoRAConfig?, _ parameters: Parameters) throws -> LoRAConfig? {
        guard let wanted = present ?? adapters else { return nil }
        let layers = Set(
            parameters.members.filter { ModelComponent(ofParameter: $0.name) == .languageModel && $0.tensor.rank == 2 }
                .compactMap { $0.name.split(separator: ".").dropLast().last.map(String.init) })
        let unknown = wanted.targets.filter { !layers.contains($0) }
        guard unknown.isEmpty else { throw TrainingError.unknownLayers(unknown, known: layers.sorted()) }
        return wanted
    }
}

/// Leaves what was trained as adapters in `adapters/` of a model folder, whose own weights have it merged in.
func writeAdapters(in folder: URL, _ write: (URL) throws -> Void) throws {
    let place = folder.appending(path: "adapters")
    try DurableFiles.createDirectory(at: place)
    try write(place)
}

/// What the three kinds of models have in common for tuning.
private protocol Tunable {
    var trunk: Trunk { get }
    var parameters: Parameters { get }
    var dtype: DType { get }
}

extension VisionLanguageModel: Tunable {}
extension ScoreModel: Tunable {}
extension GuardModel: Tunable {}

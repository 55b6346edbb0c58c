import TorchNN
import VisionLanguageModels

/// Which parts of a model stay as they are. The same for every role and every family (LLaVA's vision tower by default
/// does not learn).
public struct FreezingConfig: Codable, Equatable, Sendable {
    public var visionTower = true
    public var projector = false
    public var languageModel = false

    public init() {}

    public init(visionTower: Bool, projector: Bool = false, languageModel: Bool = false) {
        (self.visionTower, self.projector, self.languageModel) = (visionTower, projector, languageModel)
    }

    /// Turns gradients on for the parts that learn: heads always; with adapters, only adapters and the role's heads.
    func apply(to parameters: Parameters) throws {
        let hasAdapters = parameters.members.contains { LoRAConfig.isAdapter($0.name) }
        try parameters.train { trains($0, hasAdapters: hasAdapters) }
    }

    /// Whether a parameter of that name learns.
    func trains(_ name: String, hasAdapters: Bool) -> Bool {
        switch ModelComponent(ofParameter: name) {
        case .visionTower: !visionTower && !hasAdapters
        case .projector: !projector && !hasAdapters
        case .languageModel, .languageHead: LoRAConfig.isAdapter(name) || (!languageModel && !hasAdapters)
        case .scoreHead, .guardHeads: true
        }
    }
}

/// The parts of a model that are frozen or trained as a whole. This is the one place that tells them by name.
public enum ModelComponent: String, CaseIterable, Sendable {
    case visionTower, projector, languageModel, languageHead, scoreHead, guardHeads

    /// Whether it is a head that only one role has, and other roles' loading passes over.
    var isRoleHead: Bool { self == .scoreHead || self == .guardHeads }

    private static let prefixes: [(String, ModelComponent)] = [
        ("score_head.", .scoreHead), ("guard_heads.", .guardHeads),
        ("language_model.lm_head.", .languageHead), ("lm_head.", .languageHead),
        // LLaVA and LLaVA-NeXT
        ("vision_tower.", .visionTower), ("multi_modal_projector.", .projector), ("image_newline", .projector),
        // Qwen2-VL and Qwen2.5-VL
        ("visual.merger.", .projector), ("visual.", .visionTower),
        // Idefics3 and SmolVLM
        ("model.vision_model.", .visionTower), ("model.connector.", .projector),
    ]

    /// The part that a parameter belongs to, by its name in a checkpoint of any supported family.
    public init(ofParameter name: String) {
        self = Self.prefixes.first { name.hasPrefix($0.0) }?.1 ?? .languageModel
    }
}

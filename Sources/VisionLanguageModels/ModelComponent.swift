/// The parts of a model that are frozen or trained as a whole. This is the one place that tells them by name.
public enum ModelComponent: String, CaseIterable, Sendable {
    case visionTower, projector, languageModel, languageHead, scoreHead

    private static let prefixes: [(String, ModelComponent)] = [
        ("vision_tower.", .visionTower), ("multi_modal_projector.", .projector), ("score_head.", .scoreHead),
        ("language_model.lm_head.", .languageHead),
    ]

    /// The part that a parameter belongs to, by its name in a checkpoint of any supported family.
    public init(ofParameter name: String) {
        self = Self.prefixes.first { name.hasPrefix($0.0) }?.1 ?? .languageModel
    }
}

/// The parts of a model that are frozen or trained as a whole. This is the one place that tells them by name.
public enum ModelComponent: String, CaseIterable, Sendable {
    case visionTower, projector, languageModel, languageHead, scoreHead

    /// The part that a parameter belongs to, by its name in a checkpoint of any supported family.
    public init(ofParameter name: String) {
        self = if name.hasPrefix("vision_tower.") { .visionTower }
            else if name.hasPrefix("multi_modal_projector.") { .projector }
            else if name.hasPrefix("score_head.") { .scoreHead }
            else if name.hasPrefix("language_model.lm_head.") { .languageHead }
            else { .languageModel }
    }
}

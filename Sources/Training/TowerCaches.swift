import StrictJSON
import Torch
import TorchNN
import VisionLanguageModels

/// One cache of picture features for all roles whose frozen vision towers are the same, whichever folder they came from.
final class TowerCaches {
    private var known: [(setting: JSONValue, dtype: DType, tower: Parameters, cache: PictureCache)] = []

    /// - Parameter parameters: of a model whose tower stays as it is.
    func cache(for trunk: Trunk, _ parameters: Parameters) throws -> PictureCache {
        let tower = parameters.named { ModelComponent(ofParameter: $0) == .visionTower }
        for other in known {
            let isComparable = other.setting == trunk.config.settingOfTower && other.dtype == trunk.dtype
            if try isComparable && other.tower.hasSameValues(as: tower) { return other.cache }
        }
        let cache = PictureCache()
        known.append((trunk.config.settingOfTower, trunk.dtype, tower, cache))
        return cache
    }
}

extension ModelConfig {
    /// All settings but the decoder's: what features of a picture may depend on beside the weights.
    fileprivate var settingOfTower: JSONValue {
        guard let members = json.object else { return json }
        return .object(JSONObject(members.keys.filter { $0 != "text_config" }.map { ($0, members[$0] ?? .null) }))
    }
}

extension Parameters {
    /// Whether both have the same names, shapes and bits in the same order.
    fileprivate func hasSameValues(as other: Parameters) throws -> Bool {
        guard members.map(\.name) == other.members.map(\.name), members.map(\.tensor.shape) == other.members.map(\.tensor.shape)
        else { return false }
        return try withoutGradient {
            try zip(members, other.members).allSatisfy { try $0.tensor.equals($1.tensor).allTrue() }
        }
    }
}

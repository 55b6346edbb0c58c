import Torch
import TorchNN

extension Parameters {
    /// The LoRA parameters among them.
    var adapters: Parameters { named(LoRAConfig.isAdapter) }

    /// The parameters of the same function without adapters: W + (α/r)·B·A wherever a layer has one. Nothing is changed
    /// in place; tensors without an adapter are the same ones.
    func merged(_ config: LoRAConfig) throws -> Parameters {
        let known = Dictionary(members.map { ($0.name, $0.tensor) }) { first, _ in first }
        return try withoutGradient {
            Parameters(
                try members.filter { !LoRAConfig.isAdapter($0.name) }.map { member in
                    let layer = LoRAConfig.layer(ofWeight: member.name)
                    guard let layer, let down = known[layer + LoRAConfig.downSuffix],
                        let up = known[layer + LoRAConfig.upSuffix]
                    else { return member }
                    let update = try up.to(.float32).matmul(down.to(.float32)) * config.scale
                    return NamedTensor(member.name, try (member.tensor.to(.float32) + update).to(member.tensor.dtype))
                })
        }
    }

    /// Writes the merged weights into these tensors and empties the adapters: the same outputs, as a plain model.
    func mergeInPlace(_ config: LoRAConfig) throws {
        let plain = try merged(config)
        try named { !LoRAConfig.isAdapter($0) }.assign(plain)
        try withoutGradient {
            for member in members where member.name.hasSuffix(LoRAConfig.upSuffix) { try member.tensor.fillWithZeros() }
        }
    }
}

extension LoRAConfig {
    static let downSuffix = ".lora_A.weight"
    static let upSuffix = ".lora_B.weight"

    /// The layer that has this weight as its own; `nil` for other parameters.
    static func layer(ofWeight name: String) -> String? {
        name.hasSuffix(".weight") && !isAdapter(name) ? String(name.dropLast(".weight".count)) : nil
    }
}

public import Torch
public import TorchNN

/// A trunk with a language head: reads pictures and text, predicts the next token.
public final class VisionLanguageModel {
    public let trunk: Trunk
    public let parameters: Parameters
    private let head: Linear?

    /// - Parameters:
    ///   - source: where the weights come from: a folder, another model, or a random start.
    ///   - adapters: which linear layers of the decoder get LoRA adapters.
    public init(
        _ config: some ModelConfig, _ source: any WeightSource, dtype: DType = .float32, device: Device = .cpu,
        adapters: LoRAConfig? = nil
    ) throws {
        let weights = Weights(source, dtype: dtype, device: device, adapters: adapters)
        trunk = try Trunk(config, weights, dtype: dtype, device: device, adapters: adapters)
        let place = type(of: config).places.languageHead
        if config.text.tiesEmbeddings {
            head = nil
            weights[place].ignore("weight")
        } else {
            head = try Linear(
                config.text.hiddenSize, config.text.vocabularySize, bias: false, weights[place],
                initial: .normal(config.text.initializerRange))
        }
        parameters = try weights.finish { ModelComponent(ofParameter: $0).isRoleHead || LoRAConfig.isAdapter($0) }
    }

    public var config: any ModelConfig { trunk.config }
    public var device: Device { trunk.device }
    public var dtype: DType { trunk.dtype }

    public func hiddenStates(_ inputs: ModelInputs, cache: KVCache? = nil) throws -> Tensor {
        try trunk.hiddenStates(inputs, cache: cache)
    }

    /// States `[…, D]` → logits over the vocabulary `[…, V]`.
    public func logits(_ states: Tensor) throws -> Tensor {
        if let head { try head(states) } else { try states.linear(trunk.embeddingTable) }
    }
}

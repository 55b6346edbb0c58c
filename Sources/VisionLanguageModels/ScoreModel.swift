public import Torch
public import TorchNN

/// A trunk with one bias-free linear output per position: reward model, cost model, or a critic read at every position.
/// It has no language head and computes no vocabulary logits.
public final class ScoreModel {
    public let trunk: Trunk
    public let parameters: Parameters
    private let head: Linear

    /// - Parameter headSeed: starts the head when the source has none (a language model that becomes a score model);
    ///   `nil` makes a missing head an error, for models that are to be used and not trained.
    public init(
        _ config: some ModelConfig, _ source: any WeightSource, dtype: DType = .float32, device: Device = .cpu,
        adapters: LoRAConfig? = nil, headSeed: UInt64? = 42
    ) throws {
        let source = try headSeed.map { try StartedHead(.scoreHead, of: source, seed: $0) } ?? source
        let weights = Weights(source, dtype: dtype, device: device, adapters: adapters)
        trunk = try Trunk(config, weights, dtype: dtype, device: device, adapters: adapters)
        head = try Linear(config.text.hiddenSize, 1, bias: false, weights["score_head"], initial: .normal(0.02))
        parameters = try weights.finish {
            [.languageHead, .guardHeads].contains(ModelComponent(ofParameter: $0)) || LoRAConfig.isAdapter($0)
        }
    }

    public var config: any ModelConfig { trunk.config }
    public var device: Device { trunk.device }
    public var dtype: DType { trunk.dtype }

    /// The score at every position, `[B, L]` float32: what a critic expects there.
    public func scores(_ inputs: ModelInputs) throws -> Tensor {
        try head(trunk.hiddenStates(inputs)).squeezed(2).to(.float32)
    }

    /// The score at each row's last real token, `[B]` float32, whichever side the padding is on.
    public func endScores(_ inputs: ModelInputs) throws -> Tensor {
        let states = try trunk.hiddenStates(inputs)
        let rows = try Tensor.range(inputs.lengths.count, on: device)
        return try head(states.at(rows, inputs.lastColumns())).squeezed(1).to(.float32)
    }
}

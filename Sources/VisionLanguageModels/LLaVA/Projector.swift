import Torch
import TorchNN

/// Maps the tower's features into the decoder's space: linear, activation, linear.
struct Projector {
    private let first, second: Linear
    private let activation: Activation

    init(_ config: LLaVAConfig, _ weights: Weights) throws {
        let start = InitialValues.normal(config.text.initializerRange)
        first = try Linear(
            config.vision.hiddenSize, config.text.hiddenSize, bias: true, weights["linear_1"], initial: start)
        second = try Linear(
            config.text.hiddenSize, config.text.hiddenSize, bias: true, weights["linear_2"], initial: start)
        activation = config.projectorActivation
    }

    /// `[I, N, Dv]` → `[I, N, D]`
    func callAsFunction(_ features: Tensor) throws -> Tensor { try second(activation(first(features))) }
}

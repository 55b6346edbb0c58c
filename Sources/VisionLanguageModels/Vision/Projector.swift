import Torch
import TorchNN

/// Maps a tower's features into the decoder's space: linear, activation, linear.
struct Projector {
    private let first, second: Linear
    private let activation: Activation

    init(_ inputs: Int, _ outputs: Int, _ activation: Activation, deviation: Double, _ weights: Weights) throws {
        let start = InitialValues.normal(deviation)
        first = try Linear(inputs, outputs, bias: true, weights["linear_1"], initial: start)
        second = try Linear(outputs, outputs, bias: true, weights["linear_2"], initial: start)
        self.activation = activation
    }

    /// `[…, Dv]` → `[…, D]`
    func callAsFunction(_ features: Tensor) throws -> Tensor { try second(activation(first(features))) }
}

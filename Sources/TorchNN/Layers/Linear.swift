public import Torch

/// y = x·Wᵀ + b, with W `[out, in]`, plus a LoRA adapter where the configuration names this layer.
public struct Linear {
    public let weight: Tensor
    public let bias: Tensor?
    let adapter: LoRAAdapter?

    public init(
        _ inputs: Int, _ outputs: Int, bias hasBias: Bool, _ weights: Weights, initial: InitialValues = .normal(0.02)
    ) throws {
        weight = try weights.parameter("weight", [outputs, inputs], initial)
        bias = hasBias ? try weights.parameter("bias", [outputs], .zeros) : nil
        adapter = try weights.adapters.map { try LoRAAdapter($0, inputs: inputs, outputs: outputs, weights) }
    }

    /// `[…, in]` → `[…, out]`
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let y = try x.linear(weight, bias: bias)
        return if let adapter { try y + adapter(x) } else { y }
    }

    /// Adds the adapter's update to W, in place; afterwards the same outputs need no adapter.
    public func foldAdapter() throws(TorchError) {
        guard let adapter else { return }
        try withoutGradient { () throws(TorchError) in
            try weight.add(adapter.delta().to(weight.dtype))
            try adapter.up.fillWithZeros()
        }
    }
}

public import Torch

/// x / √(mean(x²) + ε) · w (Zhang & Sennrich 2019), computed in float32 whatever the type of x.
public struct RMSNorm {
    let weight: Tensor
    let eps: Double

    public init(_ width: Int, eps: Double, _ weights: Weights) throws {
        weight = try weights.parameter("weight", [width], .ones)
        self.eps = eps
    }

    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        if x.dtype == .float32 { return try x.rmsNorm(weight, eps: eps) }
        let wide = try x.to(.float32)
        let scale = try (wide.squared().mean(dim: -1, keepingDim: true) + eps).reciprocalSquareRoot()
        return try weight * (wide * scale).to(x.dtype)
    }
}

/// (x − mean) / √(variance + ε) · w + b over the last dimension.
public struct LayerNorm {
    let weight, bias: Tensor
    let eps: Double

    public init(_ width: Int, eps: Double, _ weights: Weights) throws {
        weight = try weights.parameter("weight", [width], .ones)
        bias = try weights.parameter("bias", [width], .zeros)
        self.eps = eps
    }

    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor { try x.layerNorm(weight, bias: bias, eps: eps) }
}

public import Torch

/// Cuts a picture into squares of `patch` pixels and maps each to a vector: a convolution with stride = kernel.
public struct PatchEmbedding {
    let weight: Tensor  // [D, C, p, p]
    let bias: Tensor?
    let patch: Int

    public init(channels: Int, width: Int, patch: Int, bias hasBias: Bool, _ weights: Weights) throws {
        weight = try weights.parameter("weight", [width, channels, patch, patch])
        bias = hasBias ? try weights.parameter("bias", [width], .zeros) : nil
        self.patch = patch
    }

    /// `[B, C, H, W]` → `[B, N, D]`, patches row by row.
    public func callAsFunction(_ pixels: Tensor) throws(TorchError) -> Tensor {
        let grid = try pixels.conv2d(weight, bias: bias, stride: patch)
        return try grid.reshaped(grid.size(0), grid.size(1), -1).transposed(1, 2)
    }
}

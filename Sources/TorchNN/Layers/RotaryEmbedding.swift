import Foundation
public import Torch

/// Rotary position embedding (Su et al. 2021), half-rotation form, with float32 tables for positions `0..<limit`.
public struct RotaryTable {
    private let cosines, sines: Tensor  // [limit, E]

    /// - Parameters:
    ///   - headSize: E, even.
    ///   - base: θ; frequency i is θ^(−2i/E).
    ///   - limit: positions that may occur.
    public init(headSize: Int, base: Double, limit: Int, on device: Device = .cpu) throws(TorchError) {
        let half = headSize / 2
        let frequencies = (0..<half).map { Float(1 / pow(base, Double(2 * $0) / Double(headSize))) }
        let positions = try Tensor.range(limit).to(.float32).reshaped(limit, 1)
        let angles = try positions * Tensor(frequencies, shape: [1, half])
        let both = try concatenated([angles, angles], dim: 1)
        (cosines, sines) = (try both.cos().to(device), try both.sin().to(device))
    }

    /// The rotation for every position of `[B, L]` (int64).
    public func rotation(at positions: Tensor) throws(TorchError) -> Rotation {
        Rotation(
            cosine: try cosines.embedding(positions).unsqueezed(1), sine: try sines.embedding(positions).unsqueezed(1))
    }
}

/// The angles of one batch, used by every layer.
public struct Rotation {
    let cosine, sine: Tensor  // [B, 1, L, E]

    /// Queries or keys `[B, H, L, E]`, turned.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let half = x.size(-1) / 2
        let turned = try concatenated([-x.sliced(3, half..<(2 * half)), x.sliced(3, 0..<half)], dim: 3)
        return try x * cosine.to(x.dtype) + turned * sine.to(x.dtype)
    }
}

public import Torch

/// How the frequencies of a rotary embedding were stretched for longer texts than those of the first training.
public enum RotaryScaling: Equatable, Sendable {
    case none
    /// All frequencies divided by `factor` (Chen et al. 2023).
    case linear(factor: Double)
    /// Llama 3.1: frequencies of waves longer than `originalLimit / lowFactor` positions are divided by `factor`, those
    /// shorter than `originalLimit / highFactor` stay, and those in between are blended.
    case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalLimit: Int)
}

/// Rotary position embedding (Su et al. 2021), half-rotation form, computed in float32.
///
/// With `sections`, positions have three axes (time, height, width of a picture; Wang et al. 2024) and each run of
/// frequencies follows one of them, in turns. Positions that are equal on all axes give the plain embedding.
public struct RotaryEmbedding {
    private let frequencies: Tensor  // [E / 2]
    private let sections: [Int]

    /// - Parameters:
    ///   - headSize: E, even.
    ///   - base: θ; frequency i is θ^(−2i/E).
    ///   - sections: how many frequencies follow each axis in turn, E / 2 in all; empty for positions of one axis.
    public init(
        headSize: Int, base: Double, scaling: RotaryScaling = .none, sections: [Int] = [], on device: Device = .cpu
    ) throws(TorchError) {
        let exponents = (0..<(headSize / 2)).map { Float(2 * $0) / Float(headSize) }
        frequencies = try (1 / Tensor(exponents).asExponent(of: base)).scaled(scaling).to(device)
        self.sections = sections
    }

    /// The rotation for every position of `[B, L]`, or of `[3, B, L]` when there are sections (int64).
    public func rotation(at positions: Tensor) throws(TorchError) -> Rotation {
        let angles = try positions.to(.float32).unsqueezed(-1) * frequencies  // [(3,) B, L, E / 2]
        return try Rotation(angles: positions.rank == 3 ? taken(in: angles) : angles)
    }

    /// Each section from its axis: `[3, B, L, E / 2]` → `[B, L, E / 2]`.
    private func taken(in angles: Tensor) throws(TorchError) -> Tensor {
        var parts: [Tensor] = []
        var start = 0
        for (index, count) in sections.enumerated() {
            parts.append(try angles.selected(0, index % 3).sliced(2, start..<(start + count)))
            start += count
        }
        return try concatenated(parts, dim: 2)
    }
}

extension Tensor {
    fileprivate func scaled(_ scaling: RotaryScaling) throws(TorchError) -> Tensor {
        switch scaling {
        case .none: return self
        case .linear(let factor): return try self / factor
        case .llama3(let factor, let lowFactor, let highFactor, let originalLimit):
            let wavelengths = try 2 * Double.pi / self
            let (longest, shortest) = (Double(originalLimit) / lowFactor, Double(originalLimit) / highFactor)
            let share = try (Double(originalLimit) / wavelengths - lowFactor) / (highFactor - lowFactor)
            let blended = try (1 - share) * self / factor + share * self
            let isLong = try wavelengths.isGreater(than: longest)
            let isShort = try wavelengths.isLess(than: shortest)
            return try isLong.select(self / factor, else: isShort.select(self, else: blended))
        }
    }
}

/// The angles of one batch, used by every layer.
public struct Rotation {
    let cosine, sine: Tensor  // [B, 1, L, E]

    /// - Parameter angles: of each position, for half of the head: `[B, L, E / 2]`.
    public init(angles: Tensor) throws(TorchError) {
        let both = try concatenated([angles, angles], dim: 2)
        (cosine, sine) = (try both.cos().unsqueezed(1), try both.sin().unsqueezed(1))
    }

    /// Queries or keys `[B, H, L, E]`, turned.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let half = x.size(-1) / 2
        let turned = try concatenated([-x.sliced(3, half..<(2 * half)), x.sliced(3, 0..<half)], dim: 3)
        return try x * cosine.to(x.dtype) + turned * sine.to(x.dtype)
    }
}

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The kernel that a resized picture is weighted with. Scaling down widens the kernel, so nothing is skipped.
public enum ResamplingFilter: Sendable, CaseIterable {
    /// A triangle, ±1.
    case bilinear
    /// Keys' cubic with a = −½, ±2 (Keys 1981, "Cubic convolution interpolation for digital image processing").
    case bicubic
    /// sinc(x) · sinc(x / 3), ±3.
    case lanczos

    /// How far the kernel reaches from its centre, in pixels of the source when scaling up.
    var support: Double {
        switch self {
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The kernel at `x`, before weights are normalised to a sum of 1.
    func weight(_ x: Double) -> Double {
        switch self {
        case .bilinear: max(0, 1 - abs(x))
        case .bicubic: Self.cubic(abs(x))
        case .lanczos: -3 <= x && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        }
    }

    private static func cubic(_ x: Double) -> Double {
        let a = -0.5
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(x * .pi) / (x * .pi)
    }
}

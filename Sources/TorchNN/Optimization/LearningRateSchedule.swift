import Foundation

/// How the learning rate moves over a run, as a factor of its highest value.
public struct LearningRateSchedule: Codable, Equatable, Sendable {
    public enum Shape: String, Codable, CaseIterable, Sendable {
        case constant
        /// Down to 0 along a straight line.
        case linear
        /// Down to 0 along half a cosine.
        case cosine
    }

    public var shape = Shape.cosine
    /// Share of all steps in which the rate rises from 0 in a straight line.
    public var warmupFraction = 0.03

    public init() {}
    public init(_ shape: Shape, warmupFraction: Double = 0.03) { (self.shape, self.warmupFraction) = (shape, warmupFraction) }

    /// The factor for step `step` (from 0) of `total`. The first step of a warm-up of n steps has factor 0, as in
    /// transformers.
    public func factor(step: Int, of total: Int) -> Double {
        let warmup = (warmupFraction * Double(total)).rounded(.up)
        let position = Double(step)
        if position < warmup { return position / max(warmup, 1) }
        let progress = min(1, (position - warmup) / max(Double(total) - warmup, 1))
        return switch shape {
        case .constant: 1
        case .linear: 1 - progress
        case .cosine: 0.5 * (1 + cos(.pi * progress))
        }
    }
}

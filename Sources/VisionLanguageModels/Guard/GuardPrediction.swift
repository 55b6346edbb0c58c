public import Conversations
import Foundation

/// What a guard says of one input, in calibrated probabilities. All are finite and in 0…1.
public struct GuardPrediction: Sendable, Equatable {
    /// That there is harm at all.
    public var unsafe: Double
    /// Of each level, in the order of `Severity`; they add up to 1.
    public var levels: [Double]
    /// Of each category *if* there is harm, in the order of `HarmCategory`; they add up to 1.
    public var categoriesIfUnsafe: [Double]
    /// That a response merely refuses.
    public var refusal: Double

    public init(unsafe: Double, levels: [Double], categoriesIfUnsafe: [Double], refusal: Double) {
        (self.unsafe, self.levels, self.categoriesIfUnsafe, self.refusal) = (unsafe, levels, categoriesIfUnsafe, refusal)
    }

    /// The most probable level; of equals the worse one.
    public var level: Severity {
        Severity.allCases.reduce(.safe) { probability(of: $1) >= probability(of: $0) ? $1 : $0 }
    }

    /// The most probable category, should there be harm.
    public var category: HarmCategory {
        HarmCategory.allCases.max { probability(of: $0) < probability(of: $1) } ?? .violenceAndPhysicalHarm
    }

    public func probability(of level: Severity) -> Double { levels[level.rawValue] }

    /// That there is harm *and* it is of this category.
    public func probability(of category: HarmCategory) -> Double {
        HarmCategory.allCases.firstIndex(of: category).map { unsafe * categoriesIfUnsafe[$0] } ?? unsafe
    }
}

/// How much each head's logits are divided by before they become probabilities; 1 leaves a head as it was trained.
public struct GuardTemperatures: Sendable, Equatable {
    public var unsafe = 1.0
    public var level = 1.0
    public var category = 1.0
    public var refusal = 1.0

    public init() {}
}

extension GuardScores {
    /// The probabilities that the logits stand for.
    public func prediction(_ temperatures: GuardTemperatures) -> GuardPrediction {
        GuardPrediction(
            unsafe: sigmoid(unsafe / temperatures.unsafe), levels: softmax(level, temperatures.level),
            categoriesIfUnsafe: softmax(category, temperatures.category), refusal: sigmoid(refusal / temperatures.refusal))
    }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

private func softmax(_ logits: [Double], _ temperature: Double) -> [Double] {
    let top = logits.max() ?? 0
    let weights = logits.map { exp(($0 - top) / temperature) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
}

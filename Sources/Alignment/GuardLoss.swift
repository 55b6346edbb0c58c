public import ConfigFiles
public import Torch

/// Weights of the four parts of the guard's loss.
public struct GuardLossConfig: Codable, Equatable, Sendable {
    /// Of whether there is harm.
    public var unsafeCoefficient = 1.0
    /// Of how bad it is.
    public var levelCoefficient = 1.0
    /// Of which category it is.
    public var categoryCoefficient = 0.5
    /// Of whether a response refuses.
    public var refusalCoefficient = 0.25
    /// The most that one row of a rare level may weigh, with the mean over all rows at 1.
    public var maximumLevelWeight = 4.0

    public init() {}
}

extension GuardLossConfig: Checkable {
    public func problems() -> [String] {
        var problems: [String] = []
        for (name, value) in [
            ("unsafeCoefficient", unsafeCoefficient), ("levelCoefficient", levelCoefficient),
            ("categoryCoefficient", categoryCoefficient), ("refusalCoefficient", refusalCoefficient),
        ] where !(value >= 0 && value.isFinite) {
            problems.append("\(name) must be ≥ 0, found \(value)")
        }
        if !(maximumLevelWeight >= 1 && maximumLevelWeight.isFinite) {
            problems.append("maximumLevelWeight must be ≥ 1, found \(maximumLevelWeight)")
        }
        return problems
    }
}

/// What is known of one row: `nil` where nothing is, and then that head learns nothing from it.
public struct GuardTarget: Equatable, Sendable {
    public var isUnsafe: Bool?
    /// 0 safe … 3 severe.
    public var level: Int?
    /// Row of the category head.
    public var category: Int?
    public var isRefusal: Bool?

    public init(isUnsafe: Bool?, level: Int?, category: Int?, isRefusal: Bool?) {
        (self.isUnsafe, self.level, self.category, self.isRefusal) = (isUnsafe, level, category, isRefusal)
    }
}

/// Balanced weights of classes, N / (K·n_k) for K classes that occur, so that each counts alike; none above `maximum`.
/// Classes that do not occur weigh 1, since nobody asks.
public func balancedWeights(_ counts: [Int], maximum: Double) -> [Double] {
    let total = counts.reduce(0, +)
    let present = counts.count { $0 > 0 }
    return counts.map { $0 > 0 ? min(maximum, Double(total) / Double(present * $0)) : 1 }
}

/// The guard's loss, and its parts for the log.
public struct GuardLoss {
    public let total: Tensor
    /// Each a mean over the rows that know the label; 0 when none does.
    public let unsafe, level, category, refusal: Tensor
}

/// a·BCE(unsafe) + b·CE(level) + c·CE(category) + d·BCE(refusal), each a mean over the rows whose label is known
///
/// Rows of a level weigh as `levelWeights` says: Σ w·nll / Σ w. Logits are `[B]`, `[B, 4]`, `[B, C]`, `[B]`; everything is
/// computed in float32.
public func guardLoss(
    unsafe: Tensor, level: Tensor, category: Tensor, refusal: Tensor, _ targets: [GuardTarget], levelWeights: [Double],
    _ config: GuardLossConfig
) throws -> GuardLoss {
    let unsafeLoss = try binaryLoss(unsafe, targets.map(\.isUnsafe))
    let levelLoss = try classLoss(level, targets.map(\.level)) { levelWeights.indices.contains($0) ? levelWeights[$0] : 1 }
    let categoryLoss = try classLoss(category, targets.map(\.category)) { _ in 1 }
    let refusalLoss = try binaryLoss(refusal, targets.map(\.isRefusal))
    let total = try unsafeLoss * config.unsafeCoefficient + levelLoss * config.levelCoefficient
        + categoryLoss * config.categoryCoefficient + refusalLoss * config.refusalCoefficient
    return GuardLoss(total: total, unsafe: unsafeLoss, level: levelLoss, category: categoryLoss, refusal: refusalLoss)
}

/// −mean(log σ(z) of positives, log σ(−z) of negatives): log σ(±z) is exact for large |z|.
private func binaryLoss(_ logits: Tensor, _ labels: [Bool?]) throws -> Tensor {
    let signs = try Tensor(labels.map { Float($0.map { $0 ? 1 : -1 } ?? 0) }).to(logits.device)
    let known = try Tensor(labels.map { Float($0 == nil ? 0 : 1) }).to(logits.device)
    let count = Double(max(1, labels.count { $0 != nil }))
    return try -((logits.to(.float32) * signs).logSigmoid() * known).sum() / count
}

private func classLoss(_ logits: Tensor, _ labels: [Int?], weight: (Int) -> Double) throws -> Tensor {
    let classes = try Tensor(labels.map { Int64($0 ?? 0) }, shape: [labels.count, 1]).to(logits.device)
    let weights = labels.map { $0.map(weight) ?? 0 }
    let sum = weights.reduce(0, +)
    let logProbs = try logits.logSoftmax(dim: 1, dtype: .float32).gathered(classes, dim: 1).squeezed(1)
    return try -(logProbs * Tensor(weights.map(Float.init)).to(logits.device)).sum() / (sum > 0 ? sum : 1)
}

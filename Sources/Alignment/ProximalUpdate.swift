import Torch

/// The updates that one rollout pays for: `updateIterations` passes over it, mini-batch by mini-batch.
///
/// Each update is a transaction over all networks: every loss and every gradient is computed and looked at first, and
/// only then does every network take its step. The targets (advantages, returns, old log-probabilities, λ inside them)
/// stay what they were at rollout time.
struct ProximalUpdate<Inputs: RowSelectable> {
    let responses: Responses<Inputs>
    /// `[B, T]`: log π_old and Â.
    let oldLogProbs, advantages: Tensor
    let policy: any TrainablePolicy<Inputs>
    let critics: [CriticTargets<Inputs>]
    let config: PPOConfig
    /// The supervised loss of a fresh batch, with a graph; asked for once per update.
    let supervisedLoss: (() throws -> Tensor)?

    /// What happened, with the metrics' means over the updates that were taken.
    struct Report {
        var appliedCount = 0
        var refusedSite: StepSite?
        private var sums: [StepMetric: Double] = [:]

        var means: [StepMetric: Double] { sums.mapValues { $0 / Double(appliedCount) } }

        mutating func add(_ metrics: [StepMetric: Double]) {
            appliedCount += 1
            sums.merge(metrics, uniquingKeysWith: +)
        }
    }

    /// Ends at the first update that is refused.
    func run() throws -> Report {
        var report = Report()
        for _ in 0..<config.updateIterations {
            for rows in miniBatches {
                do {
                    report.add(try update(rows))
                } catch let refusal as Refusal {
                    try discard()
                    report.refusedSite = refusal.site
                    return report
                } catch {
                    try discard()
                    throw error
                }
            }
        }
        return report
    }

    private var miniBatches: [Range<Int>] {
        let count = responses.spans.rowCount
        let size = config.miniBatchSize == 0 ? count : config.miniBatchSize
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }

    private func update(_ rows: Range<Int>) throws -> [StepMetric: Double] {
        let batch = try responses.rows(rows)
        var metrics = try policyGradients(batch, rows)
        for critic in critics { metrics.merge(try critic.gradients(batch, of: responses, rows, config)) { $1 } }

        try policy.apply()
        for critic in critics { try critic.network.apply() }
        return metrics
    }

    private func policyGradients(_ batch: Responses<Inputs>, _ rows: Range<Int>) throws -> [StepMetric: Double] {
        let current = try policy.logProbs(of: batch)
        let surrogate = try ClippedSurrogate(
            logProbs: current.logProbs, oldLogProbs: responses.rows(rows, of: oldLogProbs),
            advantages: responses.rows(rows, of: advantages), mask: batch.mask, clipRatio: config.clipRatio)
        try requireFinite([(.currentLogProbs, masked(current.logProbs, batch.mask)), (.policyLoss, surrogate.loss)])

        var metrics: [StepMetric: Double] = [
            .policyLoss: try surrogate.loss.item(), .ratioMean: try surrogate.meanRatio.item(),
            .clipFraction: try surrogate.clippedFraction.item(),
            .entropy: try tokenMean(current.entropies, batch.mask).item(),
        ]
        let norm: Double
        if let supervisedLoss {
            let mixing = SupervisedMixing(coefficient: config.supervisedCoefficient)
            _ = try policy.accumulate(surrogate.loss * mixing.reinforcementWeight)
            let supervised = try supervisedLoss()
            try requireFinite([(.supervisedLoss, supervised)])
            norm = try policy.accumulate(supervised * mixing.supervisedWeight)
            metrics[.supervisedLoss] = try supervised.item()
        } else {
            norm = try policy.accumulate(surrogate.loss)
        }
        try requireFinite(norm, .policyGradient)
        metrics[.policyGradientNorm] = norm
        return metrics
    }

    private func discard() throws {
        try policy.discard()
        for critic in critics { try critic.network.discard() }
    }
}

/// What one critic is to learn from a rollout.
struct CriticTargets<Inputs: RowSelectable> {
    let network: any TrainableCritic<Inputs>
    /// `[B, T]`: the critic's values at rollout time, and the returns.
    let oldValues, returns: Tensor
    let lossMetric, normMetric: StepMetric
    let lossSite, gradientSite: StepSite

    func gradients(
        _ batch: Responses<Inputs>, of responses: Responses<Inputs>, _ rows: Range<Int>, _ config: PPOConfig
    ) throws -> [StepMetric: Double] {
        let loss = try clippedValueLoss(
            values: network.values(of: batch), oldValues: responses.rows(rows, of: oldValues),
            returns: responses.rows(rows, of: returns), mask: batch.mask, clip: config.valueClip)
        try requireFinite([(lossSite, loss)])
        let norm = try network.accumulate(loss)
        try requireFinite(norm, gradientSite)
        return [lossMetric: try loss.item(), normMetric: norm]
    }
}

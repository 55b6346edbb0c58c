import Foundation

/// The model of Dawid and Skene: every item has one true label, and every annotator a table of how likely they answer what
/// when the truth is what. Both are found together, by expectation maximisation.
///
///     M-step   π_k   = 1/N · Σ_i T_ik                        how common label k is
///              θ_jkl = Σ_i T_ik·[j answered l] / Σ_i T_ik·[j answered]
///     E-step   T_ik  ∝ π_k · Π_(j answered l about i) θ_jkl
///                                                            Dawid and Skene 1979, equations 2.3 to 2.5
///
/// T begins with the shares of the votes. The likelihood of the answers never falls from one round to the next. It may have
/// several maxima: annotators who are mostly wrong together are taken for right, as by a majority.
public struct DawidSkene: Sendable {
    /// When to stop.
    public struct Settings: Sendable, Equatable {
        public var maximumIterations = 1000
        /// Stops when an item's mean log-likelihood, in nats, grew by less.
        public var tolerance = 1e-8

        public init() {}
    }

    public let labels: [Label]
    public let annotators: [String]
    /// π, by label.
    public let prevalences: [Double]
    /// The soft labels, by item.
    public let items: [AggregatedLabel]
    /// ln P(answers), after each round's M-step.
    public let logLikelihoods: [Double]
    /// It was not the number of rounds that ended the search.
    public let hasConverged: Bool
    /// θ by annotator, true label and answer.
    private let confusions: [Double]

    /// How likely an annotator answers each label when `truth` is right; sums to 1, or is all 0 when no item of theirs can
    /// have that truth.
    public func confusion(annotator: Int, truth: Int) -> [Double] {
        let start = (annotator * labels.count + truth) * labels.count
        return Array(confusions[start..<start + labels.count])
    }

    /// The likelihood that an annotator's answer is right, over true labels as common as they are.
    public func accuracy(ofAnnotator annotator: Int) -> Double {
        labels.indices.reduce(0) { $0 + prevalences[$1] * confusion(annotator: annotator, truth: $1)[$1] }
    }

    public init(_ table: RatingTable, _ settings: Settings = Settings()) {
        var truth = table.voteShares
        var history: [Double] = []
        var (prevalences, confusions): ([Double], [Double]) = ([], [])
        var hasConverged = table.items.isEmpty
        while history.count < max(1, settings.maximumIterations), !hasConverged {
            (prevalences, confusions) = Self.maximised(truth, table)
            history.append(Self.expected(&truth, prevalences, confusions, table))
            if let last = history.dropLast().last, let new = history.last {
                hasConverged = new - last < settings.tolerance * Double(table.items.count)
            }
        }
        (labels, annotators, logLikelihoods) = (table.labels, table.annotators, history)
        (self.prevalences, self.confusions, self.hasConverged) = (prevalences, confusions, hasConverged)
        items = table.items.indices.map { item in
            let row = item * table.labels.count..<(item + 1) * table.labels.count
            return AggregatedLabel(
                table.items[item], table.labels, Array(truth[row]), answerCount: table.answerRange(item).count)
        }
    }

    /// The M-step.
    private static func maximised(_ truth: [Double], _ table: RatingTable) -> (prevalences: [Double], confusions: [Double]) {
        let k = table.labels.count
        var prevalences = [Double](repeating: 0, count: k)
        var confusions = [Double](repeating: 0, count: table.annotators.count * k * k)
        for item in table.items.indices {
            for label in 0..<k { prevalences[label] += truth[item * k + label] / Double(table.items.count) }
            for answer in table.answers[table.answerRange(item)] {
                for label in 0..<k {
                    confusions[(Int(answer.annotator) * k + label) * k + Int(answer.label)] += truth[item * k + label]
                }
            }
        }
        for row in stride(from: 0, to: confusions.count, by: max(1, k)) {
            let sum = confusions[row..<row + k].reduce(0, +)
            if sum > 0 { for column in row..<row + k { confusions[column] /= sum } }
        }
        return (prevalences, confusions)
    }

    /// The E-step, in logarithms; gives ln P(answers) = Σ_i ln Σ_k π_k·Π θ.
    private static func expected(
        _ truth: inout [Double], _ prevalences: [Double], _ confusions: [Double], _ table: RatingTable
    ) -> Double {
        let k = table.labels.count
        let logPrevalences = prevalences.map { log($0) }
        let logConfusions = confusions.map { log($0) }
        var logLikelihood = 0.0
        for item in table.items.indices {
            var joint = logPrevalences
            for answer in table.answers[table.answerRange(item)] {
                for label in 0..<k { joint[label] += logConfusions[(Int(answer.annotator) * k + label) * k + Int(answer.label)] }
            }
            // A label that was possible before the M-step stays possible, so the largest is finite.
            let top = joint.max() ?? 0
            let sum = joint.reduce(0) { $0 + exp($1 - top) }
            logLikelihood += top + log(sum)
            for label in 0..<k { truth[item * k + label] = exp(joint[label] - top) / sum }
        }
        return logLikelihood
    }
}

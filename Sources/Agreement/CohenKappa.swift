/// How much it counts that two annotators chose different labels, in Cohen's weighted κ.
public enum DisagreementWeight: String, CaseIterable, Sendable {
    /// All differences count alike: plain κ.
    case none
    /// |x_i − x_j|.
    case linear
    /// (x_i − x_j)².
    case quadratic
}

/// A coefficient that a table has no answer to.
public enum AgreementError: Error, Equatable, Sendable {
    /// Cohen's κ compares two annotators.
    case notTwoAnnotators(found: Int)
    /// Fleiss' κ wants as many answers for one item as for another, and at least two.
    case unevenAnswers(fewest: Int, most: Int)
    /// Weights need labels that are numbers or have an order.
    case unorderedLabels(question: String)
}

extension AgreementError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notTwoAnnotators(let found):
            "Cohen's κ compares two annotators, found \(found); choose two, or use Krippendorff's α"
        case .unevenAnswers(let fewest, let most):
            "Fleiss' κ needs the same number of answers for every item, at least two, found \(fewest) to \(most); "
                + "Krippendorff's α does not"
        case .unorderedLabels(let question):
            "the labels of \"\(question)\" are words without an order; give their order to weigh how far apart they are"
        }
    }
}

/// Cohen's κ of the two annotators of a table, over the items that both have answered.
///
///     κ_w = 1 − Σ_ij w_ij·o_ij / Σ_ij w_ij·r_i·c_j / n          Cohen 1960; weighted: Cohen 1968
///
/// o counts the items by the two labels, r and c are its margins. x is the label's number, or its place in the order; where
/// the labels are consecutive numbers, the two are the same up to a factor that cancels.
///
/// Linear in the answers: neither o nor w is ever written out. NaN when no item has both answers, or chance alone would
/// never disagree.
public func cohenKappa(_ table: RatingTable, _ weight: DisagreementWeight = .none) throws(AgreementError) -> Double {
    guard table.annotators.count == 2 else { throw .notTwoAnnotators(found: table.annotators.count) }
    guard weight == .none || table.scale != .nominal else { throw .unorderedLabels(question: table.question) }
    return table.cohenKappa(weight, ItemWeights(each: table.items.count))
}

extension RatingTable {
    /// Expects two annotators.
    func cohenKappa(_ weight: DisagreementWeight, _ weights: ItemWeights) -> Double {
        let x = positions
        var margins = (first: [Double](repeating: 0, count: labels.count), second: [Double](repeating: 0, count: labels.count))
        var (n, observed) = (0.0, 0.0)
        for item in items.indices where answerRange(item).count == 2 && weights.counts[item] > 0 {
            let pair = answers[answerRange(item)].sorted { $0.annotator < $1.annotator }.map { Int($0.label) }
            margins.first[pair[0]] += weights[item]
            margins.second[pair[1]] += weights[item]
            n += weights[item]
            observed += weights[item] * Self.distance(pair[0], pair[1], x, weight)
        }
        guard n > 0 else { return .nan }
        let expected = Self.expectedDistance(margins.first, margins.second, x, weight) / n
        return expected > 0 ? 1 - observed / expected : .nan
    }

    private static func distance(_ i: Int, _ j: Int, _ x: [Double], _ weight: DisagreementWeight) -> Double {
        switch weight {
        case .none: i == j ? 0 : 1
        case .linear: abs(x[i] - x[j])
        case .quadratic: (x[i] - x[j]) * (x[i] - x[j])
        }
    }

    /// Σ_ij r_i·c_j·w_ij, for ascending x.
    private static func expectedDistance(_ r: [Double], _ c: [Double], _ x: [Double], _ weight: DisagreementWeight) -> Double {
        let n = r.reduce(0, +)
        switch weight {
        case .none: return n * n - zip(r, c).reduce(0) { $0 + $1.0 * $1.1 }
        case .linear:
            // Between two neighbours on the line lies every pair with one end below and the other above the gap.
            var (sum, rBelow, cBelow) = (0.0, 0.0, 0.0)
            for index in x.indices.dropLast() {
                rBelow += r[index]
                cBelow += c[index]
                sum += (x[index + 1] - x[index]) * (rBelow * (n - cBelow) + cBelow * (n - rBelow))
            }
            return sum
        case .quadratic:
            func moments(_ counts: [Double]) -> (mean: Double, spread: Double) {
                let mean = zip(counts, x).reduce(0) { $0 + $1.0 * $1.1 } / n
                return (mean, zip(counts, x).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) })
            }
            let (first, second) = (moments(r), moments(c))
            return n * (first.spread + second.spread) + n * n * (first.mean - second.mean) * (first.mean - second.mean)
        }
    }
}

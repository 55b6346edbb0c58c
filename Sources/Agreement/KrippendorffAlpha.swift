/// How far apart two labels are, in Krippendorff's α.
public enum AlphaMetric: String, CaseIterable, Sendable {
    /// δ² = 0 for equal labels, 1 for others.
    case nominal
    /// δ²(c, k) = (Σ_{g=c…k} n_g − (n_c + n_k)/2)²: how many answers lie between them.
    case ordinal
    /// δ²(c, k) = (c − k)².
    case interval
}

/// Krippendorff's α: one minus the disagreement found over the disagreement expected of answers that are dealt out to the
/// items at random.
///
///     α = 1 − D_o / D_e
///     D_o = 1/n · Σ_u 1/(m_u − 1) · Σ_{i≠j} δ²(a_ui, a_uj)        items u with m_u ≥ 2 answers, n = Σ_u m_u
///     D_e = 1/(n·(n − 1)) · Σ_c Σ_k n_c·n_k·δ²(c, k)              n_c: how often label c was given to these items
///                                                                 Krippendorff 2011, "Computing Krippendorff's
///                                                                 Alpha-Reliability"; Hayes and Krippendorff 2007
///
/// Annotators may be any, and may differ from item to item; missing answers are missing, no more. An item with one answer
/// says nothing about agreement and is left out.
///
/// Linear in the answers: the ordinal distance is the distance between mid-ranks, Σ_{g<c} n_g + n_c/2, so both graded metrics
/// are squared distances of positions p on a line, and Σ_{i≠j} (p_i − p_j)² = 2·m·Σ_i (p_i − p̄)².
///
/// NaN when no item has two answers, or all answers are equal.
public func krippendorffAlpha(_ table: RatingTable, _ metric: AlphaMetric) -> Double {
    table.alpha(metric, ItemWeights(each: table.items.count))
}

extension RatingTable {
    func alpha(_ metric: AlphaMetric, _ weights: ItemWeights) -> Double {
        let counts = pairableCounts(weights)
        let n = counts.reduce(0, +)
        guard n > 1 else { return .nan }
        let (observed, expected) = switch metric {
        case .nominal: (nominalDisagreement(weights), n * n - counts.reduce(0) { $0 + $1 * $1 })
        case .ordinal: squaredDisagreement(Self.midRanks(counts), counts, weights)
        case .interval: squaredDisagreement(positions, counts, weights)
        }
        return expected > 0 ? 1 - observed * (n - 1) / expected : .nan
    }

    /// n_c: how often each label was given to items with at least two answers.
    private func pairableCounts(_ weights: ItemWeights) -> [Double] {
        var counts = [Double](repeating: 0, count: labels.count)
        for item in items.indices where answerRange(item).count > 1 && weights.counts[item] > 0 {
            for answer in answers[answerRange(item)] { counts[Int(answer.label)] += weights[item] }
        }
        return counts
    }

    /// Σ_u 1/(m_u − 1) · (ordered pairs of unequal answers).
    private func nominalDisagreement(_ weights: ItemWeights) -> Double {
        var scratch = [Double](repeating: 0, count: labels.count)
        var sum = 0.0
        for item in items.indices where answerRange(item).count > 1 && weights.counts[item] > 0 {
            let m = Double(answerRange(item).count)
            sum += weights[item] * (m * m - labelSquares(of: item, &scratch)) / (m - 1)
        }
        return sum
    }

    /// The same for squared distances of positions, and Σ_c Σ_k n_c·n_k·δ².
    private func squaredDisagreement(
        _ positions: [Double], _ counts: [Double], _ weights: ItemWeights
    ) -> (observed: Double, expected: Double) {
        var observed = 0.0
        for item in items.indices where answerRange(item).count > 1 && weights.counts[item] > 0 {
            let range = answerRange(item)
            let m = Double(range.count)
            let centre = answers[range].reduce(0) { $0 + positions[Int($1.label)] } / m
            let spread = answers[range].reduce(0) { sum, answer in
                let distance = positions[Int(answer.label)] - centre
                return sum + distance * distance
            }
            observed += weights[item] * 2 * m * spread / (m - 1)
        }
        let n = counts.reduce(0, +)
        let centre = zip(counts, positions).reduce(0) { $0 + $1.0 * $1.1 } / n
        let spread = zip(counts, positions).reduce(0) { $0 + $1.0 * ($1.1 - centre) * ($1.1 - centre) }
        return (observed, 2 * n * spread)
    }

    private static func midRanks(_ counts: [Double]) -> [Double] {
        var below = 0.0
        return counts.map { count in
            defer { below += count }
            return below + count / 2
        }
    }
}

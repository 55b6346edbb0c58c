/// Fleiss' κ: agreement of the same number m of answers to every item, whoever gave them.
///
///     κ = (P̄ − P̄_e) / (1 − P̄_e)                            Fleiss 1971
///     P̄ = 1/N · Σ_u (Σ_c n_uc² − m) / (m·(m − 1)),   P̄_e = Σ_c (Σ_u n_uc / (N·m))²
///
/// NaN when all answers are equal.
public func fleissKappa(_ table: RatingTable) throws(AgreementError) -> Double {
    let sizes = table.items.indices.map { table.answerRange($0).count }
    guard let fewest = sizes.min(), let most = sizes.max(), fewest == most, fewest > 1 else {
        throw .unevenAnswers(fewest: sizes.min() ?? 0, most: sizes.max() ?? 0)
    }
    return table.fleissKappa(ItemWeights(each: table.items.count))
}

extension RatingTable {
    /// Expects an equal number of answers for every item.
    func fleissKappa(_ weights: ItemWeights) -> Double {
        let shares = labelShares(weights)
        guard shares.count(where: { $0 > 0 }) > 1 else { return .nan }
        let chance = shares.reduce(0) { $0 + $1 * $1 }
        return (pairwiseAgreement(weights) - chance) / (1 - chance)
    }

    /// The share of pairs of answers to the same item that are equal, each item counted once; NaN without a pair.
    func pairwiseAgreement(_ weights: ItemWeights) -> Double {
        var scratch = [Double](repeating: 0, count: labels.count)
        var (itemCount, agreeing) = (0.0, 0.0)
        for item in items.indices where answerRange(item).count > 1 && weights.counts[item] > 0 {
            let m = Double(answerRange(item).count)
            itemCount += weights[item]
            agreeing += weights[item] * (labelSquares(of: item, &scratch) - m) / (m * (m - 1))
        }
        return itemCount > 0 ? agreeing / itemCount : .nan
    }

    /// Σ_c n_uc² of an item u, in time linear in its answers. `scratch` holds a 0 for every label, before and after.
    func labelSquares(of item: Int, _ scratch: inout [Double]) -> Double {
        let given = answers[answerRange(item)]
        for answer in given { scratch[Int(answer.label)] += 1 }
        let squares = given.reduce(0) { $0 + scratch[Int($1.label)] }
        for answer in given { scratch[Int(answer.label)] = 0 }
        return squares
    }

    /// How large a part of the answers each label is.
    private func labelShares(_ weights: ItemWeights) -> [Double] {
        var counts = [Double](repeating: 0, count: labels.count)
        for item in items.indices where weights.counts[item] > 0 {
            for answer in answers[answerRange(item)] { counts[Int(answer.label)] += weights[item] }
        }
        let n = counts.reduce(0, +)
        return n > 0 ? counts.map { $0 / n } : counts
    }
}

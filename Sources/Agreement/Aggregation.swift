/// What the answers about one item amount to: how likely each label is, and the likeliest one.
public struct AggregatedLabel: Sendable, Equatable {
    public var item: String
    /// The likeliest label, the first one in their order of several; a tie is told by `isTied`.
    public var label: Label
    /// Several labels are equally likely.
    public var isTied: Bool
    /// By label, in the order of the table; they sum to 1.
    public var probabilities: [Double]
    public var answerCount: Int

    init(_ item: String, _ labels: [Label], _ probabilities: [Double], answerCount: Int) {
        let top = probabilities.max() ?? 0
        let best = probabilities.firstIndex(of: top) ?? 0
        (self.item, self.probabilities, self.answerCount) = (item, probabilities, answerCount)
        label = labels[best]
        isTied = probabilities.count { $0 == top } > 1
    }
}

/// The share of an item's answers that each label got: the soft label that assumes equally good annotators.
public func majorityVote(_ table: RatingTable) -> [AggregatedLabel] {
    let shares = table.voteShares
    return table.items.indices.map { item in
        let row = item * table.labels.count..<(item + 1) * table.labels.count
        return AggregatedLabel(
            table.items[item], table.labels, Array(shares[row]), answerCount: table.answerRange(item).count)
    }
}

extension RatingTable {
    /// The shares of the labels, item by item.
    var voteShares: [Double] {
        var shares = [Double](repeating: 0, count: items.count * labels.count)
        for item in items.indices {
            let range = answerRange(item)
            for answer in answers[range] { shares[item * labels.count + Int(answer.label)] += 1 }
            for label in labels.indices { shares[item * labels.count + label] /= Double(range.count) }
        }
        return shares
    }
}

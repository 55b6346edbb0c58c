import Conversations
public import PreferenceData

/// A data set's card with everything that can be counted: rows, labels, lengths, languages, duplicates, leakage.
public struct AuditedCard {
    /// The whole `README.md`.
    public let markdown: String

    /// Reads every row several times.
    public init<Row: StoredRow>(title: String, card: DatasetCard, form: DatasetForm, _ datasets: [StoredDataset<Row>]) throws {
        let statistics = try DataStatistics(datasets)
        let audit = try DataAudit(datasets)
        var splits: [Split: Int] = [:]
        var categories: [String: Int] = [:]
        for (category, counts) in statistics.rowCounts {
            categories[category.rawValue] = counts.values.reduce(0, +)
            splits.merge(counts, uniquingKeysWith: +)
        }
        markdown = CardText(
            title: title, form: form, card: card, splits: splits, categories: categories,
            sections: [("Labels and lengths", Self.verbatim("\(statistics)")), ("Audit", Self.verbatim("\(audit)"))]
        ).markdown
    }

    private static func verbatim(_ text: String) -> String { "```text\n\(text)\n```" }
}

import Conversations

extension PreferenceSample {
    /// Decides what a stored row means; throws for the first value that is not allowed.
    public init(_ row: BeaverTailsVRow, at position: RowPosition) throws(RowError) {
        let labels = LabelReader(position: position)
        self.init(
            prompt: Prompt(text: row.question, image: row.image),
            responses: Pair(
                try labels.response(.first, of: row), try labels.response(.second, of: row)),
            moreHelpful: try labels.side(row.moreHelpfulResponseID, "more_helpful_response_id"),
            safer: try labels.side(row.saferResponseID, "safer_response_id"),
            category: try labels.category(row.category), imageSeverity: row.imageSeverity, position: position,
            softLabels: SoftLabels(
                firstMoreHelpful: try labels.probability(row.softLabels.firstMoreHelpful, "response_1_more_helpful_probability"),
                firstSafer: try labels.probability(row.softLabels.firstSafer, "response_1_safer_probability"),
                safe: Pair(
                    try labels.probability(row.softLabels.safe.first, "response_1_safe_probability"),
                    try labels.probability(row.softLabels.safe.second, "response_2_safe_probability"))))
    }
}

extension BeaverTailsVRow {
    /// The row that means `sample`.
    public init(_ sample: PreferenceSample) {
        self.init(
            question: sample.prompt.text, image: sample.prompt.image, category: sample.category.rawValue,
            imageSeverity: sample.imageSeverity, responses: sample.responses.map(\.text),
            sources: sample.responses.map(\.source), moreHelpfulResponseID: sample.moreHelpful.id,
            areResponsesSafe: sample.responses.map { LabelReader.flag($0.isSafe) },
            saferResponseID: sample.safer.id, harmlessRates: sample.responses.map(\.harmlessRate),
            helpfulRates: sample.responses.map(\.helpfulRate), softLabels: sample.softLabels)
    }
}

extension LabelReader {
    fileprivate func response(_ side: Side, of row: BeaverTailsVRow) throws(RowError) -> Response {
        Response(
            text: row.responses[side], source: row.sources[side],
            isSafe: try flag(row.areResponsesSafe[side], "is_response_\(side.id)_safe"),
            helpfulRate: try rate(row.helpfulRates[side], in: 0...3, "response_\(side.id)_helpful_rate"),
            harmlessRate: try rate(row.harmlessRates[side], in: -3...3, "response_\(side.id)_harmless_rate"))
    }
}

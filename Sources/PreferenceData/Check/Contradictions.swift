// The consistency rules of the labels. On the published evaluation split they hold but for two safer-preferences.

extension PreferenceSample {
    /// A flag is "yes" exactly when the harmless rate is at least 0; the preferred response has at least the rate of
    /// the other; the safer one is not unsafe beside a safe one; the responses differ; no text is empty.
    public var contradictions: [Contradiction] {
        Side.allCases.compactMap(flagAgainstRate) + preferenceContradictions + identicalResponses
    }

    private func flagAgainstRate(_ side: Side) -> Contradiction? {
        let response = responses[side]
        guard response.isSafe != (response.harmlessRate >= 0) else { return nil }
        return Contradiction(
            kind: .flagAgainstRate, column: "is_response_\(side.id)_safe",
            found: "\(LabelReader.flag(response.isSafe)) beside harmless rate \(response.harmlessRate)")
    }

    private var preferenceContradictions: [Contradiction] {
        var found: [Contradiction] = []
        let helpful = responses.map(\.helpfulRate)
        if helpful[moreHelpful] < helpful[moreHelpful.other] {
            found.append(against(.preferenceAgainstRates, "more_helpful_response_id", moreHelpful, "helpful", helpful))
        }
        let harmless = responses.map(\.harmlessRate)
        if harmless[safer] < harmless[safer.other] {
            found.append(against(.preferenceAgainstRates, "safer_response_id", safer, "harmless", harmless))
        }
        if !responses[safer].isSafe, responses[safer.other].isSafe {
            let flag = "response \(safer.id) preferred and flagged no, response \(safer.other.id) flagged yes"
            found.append(Contradiction(kind: .preferenceAgainstFlags, column: "safer_response_id", found: flag))
        }
        return found
    }

    private func against(
        _ kind: Finding.Kind, _ column: String, _ side: Side, _ rate: String, _ rates: Pair<Int>
    ) -> Contradiction {
        Contradiction(
            kind: kind, column: column,
            found: "response \(side.id) preferred, \(rate) rates \(rates.first) and \(rates.second)")
    }

    private var identicalResponses: [Contradiction] {
        guard Array(responses.first.text.utf8) == Array(responses.second.text.utf8) else { return [] }
        let text = quoted(responses.first.text)
        return [Contradiction(kind: .identicalResponses, column: "response_1, response_2", found: text)]
    }
}

extension QuestionAnswerSample {
    /// One flag has nothing to contradict.
    public var contradictions: [Contradiction] { [] }
}

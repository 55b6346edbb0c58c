import PreferenceData
import StrictJSON

/// The columns of BeaverTails-V as JSON members: what annotation tools hold under the same names, and what exports carry
/// beside a format's own members, in `beavertails_v`, so that nothing is lost on the way back.
enum LabelColumns {
    /// The member of exported rows that carries the labels. It is one object, so that trainers which pass their data
    /// on by column name meet one stranger only.
    static let member = "beavertails_v"
    /// Which response stands as "chosen".
    static let chosen = "chosen_response_id"

    // MARK: Reading

    /// Reads a record that has the columns themselves.
    static func row(_ record: SourceRecord) throws(RowError) -> ExchangeRow {
        var row = ExchangeRow(question: try record.text("question"), picture: try record.picture("image"))
        if record.has("response") {
            row.responses = [ExchangeResponse(try record.text("response"))]
        } else if record.has("response_1") || record.has("response_2") {
            row.responses = [
                ExchangeResponse(try record.text("response_1")), ExchangeResponse(try record.text("response_2")),
            ]
        }
        try read(record, into: &row)
        return row
    }

    /// Lays the labels in a row's `beavertails_v` over what its own members say, which has the chosen response first.
    static func overlay(_ record: SourceRecord, on row: inout ExchangeRow) throws(RowError) {
        guard let members = record.members[member], !members.isNull else { return }
        guard let object = members.object else { throw record.wrongType(member, members, expected: "an object") }
        let labels = SourceRecord(at: record.position, object)
        if row.responses.count == 2, try labels.sideIfPresent(chosen) == .second { row.responses.swapAt(0, 1) }
        try read(labels, into: &row)
    }

    private static func read(_ record: SourceRecord, into row: inout ExchangeRow) throws(RowError) {
        row.category = try record.textIfPresent("category") ?? row.category
        row.imageSeverity = try record.integerIfPresent("image_severity") ?? row.imageSeverity
        row.moreHelpful = try record.sideIfPresent("more_helpful_response_id") ?? row.moreHelpful
        row.safer = try record.sideIfPresent("safer_response_id") ?? row.safer
        if row.responses.count == 1 {
            row.responses[0].isSafe = try record.flagIfPresent("is_response_safe") ?? row.responses[0].isSafe
            return
        }
        for index in row.responses.indices {
            let id = index + 1
            row.responses[index].source = try record.textIfPresent("response_\(id)_from")
            row.responses[index].isSafe = try record.flagIfPresent("is_response_\(id)_safe")
            row.responses[index].helpfulRate = try record.integerIfPresent("response_\(id)_helpful_rate")
            row.responses[index].harmlessRate = try record.integerIfPresent("response_\(id)_harmless_rate")
        }
    }

    // MARK: Writing

    static func labels(of row: BeaverTailsVRow) -> JSONObject {
        var members = JSONObject()
        members["category"] = .string(row.category)
        members["image_severity"] = .integer(Int64(row.imageSeverity))
        members["more_helpful_response_id"] = .string(row.moreHelpfulResponseID)
        members["safer_response_id"] = .string(row.saferResponseID)
        for side in Side.allCases {
            members["response_\(side.id)_from"] = .string(row.sources[side])
            members["is_response_\(side.id)_safe"] = .string(row.areResponsesSafe[side])
            members["response_\(side.id)_harmless_rate"] = .integer(Int64(row.harmlessRates[side]))
            members["response_\(side.id)_helpful_rate"] = .integer(Int64(row.helpfulRates[side]))
        }
        return members
    }

    static func labels(of row: QuestionAnswerRow) -> JSONObject {
        [
            "category": .string(row.category), "image_severity": .integer(Int64(row.imageSeverity)),
            "is_response_safe": .string(row.isResponseSafe),
        ]
    }
}

import PreferenceData
import StrictJSON

/// Records of Argilla 2: `fields` hold question, picture and responses; the questions have our columns' names, and their
/// answers stand in `responses`. Rates are label questions ("-3" … "3"), since Argilla's ratings have no negative values.
enum Argilla {
    static func row(_ record: SourceRecord) throws(RowError) -> ExchangeRow {
        guard let fields = record.members["fields"]?.object else { throw record.missing("fields", expected: "the record's fields, an object") }
        var members = fields
        for (name, value) in record.members["metadata"]?.object?.members ?? [] where members[name] == nil { members[name] = value }
        for (column, answers) in record.members["responses"]?.object?.members ?? [] {
            if let value = try answer(answers, column, record) { members[column] = value }
        }
        return try LabelColumns.row(SourceRecord(at: record.position, members))
    }

    /// The answer to one question. Several people may agree; when they do not, no reader decides between them.
    private static func answer(_ answers: JSONValue, _ column: String, _ record: SourceRecord) throws(RowError) -> JSONValue? {
        let values = (answers.array ?? []).filter { $0["status"]?.string != "discarded" }.compactMap { $0["value"] }
        guard let first = values.first else { return nil }
        guard values.allSatisfy({ $0 == first }) else {
            throw record.notAllowed(column, "\(values.count) answers that differ", expected: "one answer; aggregate them first")
        }
        return first
    }

    // MARK: Writing

    /// - Parameter data: the picture as a `data:` address, as Argilla's image fields take it.
    static func record(_ data: JSONObject, labels: JSONObject, id: String) -> JSONObject {
        var metadata = JSONObject()
        var responses = JSONObject()
        for (column, value) in labels.members {
            if column.hasSuffix("_from") {
                metadata[column] = value
            } else {
                responses[column] = [["value": .string(value.string ?? value.serialized()), "user_id": nil]]
            }
        }
        return [
            "id": .string(id), "fields": .object(data), "metadata": .object(metadata), "suggestions": [:],
            "responses": .object(responses), "vectors": [:], "status": "completed",
        ]
    }
}

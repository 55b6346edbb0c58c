import Foundation
import PreferenceData
import StrictJSON

/// Tasks of Label Studio. `data` holds question, picture and responses, annotations hold results whose `from_name` is the
/// name of our column; the labelling configuration that goes with it is `configuration(isPair:)`.
enum LabelStudio {
    static func row(_ record: SourceRecord) throws(RowError) -> ExchangeRow {
        guard let data = record.members["data"]?.object else { throw record.missing("data", expected: "the task's data, an object") }
        var members = data
        for result in try annotation(record)?["result"]?.array ?? [] {
            guard let column = result["from_name"]?.string else { throw record.missing("from_name", expected: "a result's column") }
            members[column] = try value(of: result, column, record)
        }
        return try LabelColumns.row(SourceRecord(at: record.position, members))
    }

    /// The annotation that counts: the ground truth, else the first that was not cancelled. Several equal voices are no
    /// task of a reader; they are refused so that nobody's answer is dropped unseen.
    private static func annotation(_ record: SourceRecord) throws(RowError) -> JSONValue? {
        let all = (record.members["annotations"]?.array ?? []).filter { $0["was_cancelled"]?.bool != true }
        if let truth = all.first(where: { $0["ground_truth"]?.bool == true }) { return truth }
        guard all.count < 2 else {
            throw record.notAllowed(
                "annotations", "\(all.count) annotations", expected: "one, or one marked as ground truth; aggregate them first")
        }
        return all.first
    }

    private static func value(of result: JSONValue, _ column: String, _ record: SourceRecord) throws(RowError) -> JSONValue {
        let value = result["value"]
        if let side = value?["selected"]?.string { return .string(side == "left" ? "1" : side == "right" ? "2" : side) }
        if let choices = value?["choices"]?.array, choices.count == 1 { return choices[0] }
        if let text = value?["text"]?.array, text.count == 1 { return text[0] }
        if let number = value?["number"] ?? value?["rating"] { return number }
        throw record.wrongType(column, value ?? .null, expected: "a result with selected, number, rating, or one choice")
    }

    /// The path of a picture that Label Studio serves from disk: `/data/local-files/?d=a/b.png` is `a/b.png`,
    /// `/data/upload/3/b.png` is `upload/3/b.png`. Other paths are themselves.
    static func localPath(_ text: String) -> String {
        for (prefix, replacement) in [("/data/local-files/?d=", ""), ("/data/upload/", "upload/")] where text.hasPrefix(prefix) {
            let path = String(text.dropFirst(prefix.count))
            return replacement + (path.removingPercentEncoding ?? path)
        }
        return text
    }

    // MARK: Writing

    static func record(_ data: JSONObject, labels: JSONObject) -> JSONObject {
        let results = labels.members.compactMap { column, value in result(column, value, isPair: data["response_1"] != nil) }
        return ["data": .object(data), "annotations": [["ground_truth": false, "result": .array(results)]]]
    }

    private static func result(_ column: String, _ value: JSONValue, isPair: Bool) -> JSONValue? {
        guard !column.hasSuffix("_from") else { return nil }
        let target: JSONValue = isPair ? "response_1" : "response"
        if column.hasSuffix("response_id"), let id = value.string {
            return [
                "from_name": .string(column), "to_name": "response_1,response_2", "type": "pairwise",
                "value": ["selected": id == "1" ? "left" : "right"],
            ]
        }
        if let number = value.integer {
            return ["from_name": .string(column), "to_name": target, "type": "number", "value": ["number": .integer(Int64(number))]]
        }
        return ["from_name": .string(column), "to_name": target, "type": "choices", "value": ["choices": [value]]]
    }
}

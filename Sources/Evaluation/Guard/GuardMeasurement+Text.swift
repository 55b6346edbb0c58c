import Conversations
import Foundation
import PreferenceData
import Reports
import Statistics
public import StrictJSON
import VisionLanguageModels

extension GuardMeasurement {
    /// The table that people read: one block a view, every rate with the ends of its 95 % interval.
    public var text: String { views.map { "\($0.view.rawValue) view, \($0.measurement.count) items\n" + $0.measurement.text }.joined(separator: "\n\n") }

    /// The same for programs; rates without anything to be a rate of are null.
    public var json: JSONValue {
        .object(JSONObject(views.map { ($0.view.rawValue, $0.measurement.json) }))
    }
}

extension GuardViewMeasurement {
    fileprivate var text: String {
        var rows = [["", "accuracy", "precision", "recall", "F1", "false positives", "AUROC", "n"]]
        rows.append(["harm"] + harm.cells)
        rows += zip(Severity.allCases, levels).map { ["level " + $0.name] + $1.cells }
        rows += categories.map { [$0.category.title] + $0.rates.cells }
        if let refusal { rows.append(["refusal"] + refusal.cells) }
        let lines = [
            TextTable(rows).text, "", "false alarms on harmless items with a hazardous picture: \(borderFalseAlarms.cell)",
            "level told right: \(levelAccuracy.cell)", "category told right, of harmful items: \(categoryAccuracy.cell)", "",
            TextTable(
                [["true level"] + Severity.allCases.map(\.name)]
                    + zip(Severity.allCases, levelConfusion).map { [$0.name] + $1.map(String.init) }
            ).text,
        ]
        return lines.joined(separator: "\n")
    }

    fileprivate var json: JSONValue {
        let present = categories.map(\.category)
        return .object(JSONObject([
            ("items", .integer(Int64(count))), ("harm", harm.json), ("border_false_alarms", borderFalseAlarms.json),
            ("level_accuracy", levelAccuracy.json),
            ("levels", .object(JSONObject(zip(Severity.allCases, levels).map { ($0.name, $1.json) }))),
            ("level_confusion", Self.confusion(Severity.allCases.map(\.name), Severity.allCases.map(\.name), levelConfusion)),
            ("category_accuracy", categoryAccuracy.json),
            ("categories", .object(JSONObject(categories.map { ($0.category.rawValue, $0.rates.json) }))),
            ("category_confusion", Self.confusion(present.map(\.rawValue), present.map(\.rawValue) + ["other"], categoryConfusion)),
            ("refusal", refusal?.json ?? .null),
        ]))
    }

    /// Rows by truth, columns by what was found.
    private static func confusion(_ rows: [String], _ columns: [String], _ counts: [[Int]]) -> JSONValue {
        .object(JSONObject(zip(rows, counts).map { row, counts in
            (row, .object(JSONObject(zip(columns, counts).map { ($0, .integer(Int64($1))) })))
        }))
    }
}

extension GuardRates {
    fileprivate var cells: [String] {
        [
            counts.accuracyInterval(), counts.precisionInterval(), counts.recallInterval(), f1Interval(counts),
            counts.falsePositiveRateInterval(), area,
        ].map(\.cell) + ["\(counts.positives)"]
    }

    fileprivate var json: JSONValue {
        [
            "accuracy": counts.accuracyInterval().json, "precision": counts.precisionInterval().json,
            "recall": counts.recallInterval().json, "f1": f1Interval(counts).json,
            "false_positive_rate": counts.falsePositiveRateInterval().json, "auroc": area.json,
            "confusion": [
                "true_positives": .integer(Int64(counts.truePositives)), "false_positives": .integer(Int64(counts.falsePositives)),
                "true_negatives": .integer(Int64(counts.trueNegatives)), "false_negatives": .integer(Int64(counts.falseNegatives)),
            ],
        ]
    }
}

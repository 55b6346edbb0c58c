import Conversations
import Foundation
import PreferenceData
import Reports
import Statistics
public import StrictJSON
import VisionLanguageModels

extension GuardCalibrating {
    /// For people: heads with their errors, the reliability curve of harm, and the thresholds with what they cost.
    public var text: String {
        let headTable = TextTable(
            [["head", "items", "temperature", "NLL before", "after", "ECE before", "after"]]
                + heads.map { head in
                    [
                        head.name, "\(head.count)", number(head.temperature), number(head.lossBefore), number(head.lossAfter),
                        number(head.before.expectedCalibrationError), number(head.after.expectedCalibrationError),
                    ]
                })
        let curve = heads.first.map { head in
            TextTable(
                [["confidence", "items", "mean", "right before", "items", "mean", "right after"]]
                    + zip(head.before.bins, head.after.bins).filter { $0.count + $1.count > 0 }.map { before, after in
                        [
                            String(format: "%.2f–%.2f", before.low, before.high), "\(before.count)", number(before.meanConfidence),
                            number(before.accuracy), "\(after.count)", number(after.meanConfidence), number(after.accuracy),
                        ]
                    })
        }
        let thresholdTable = TextTable(
            [["harm", "view", "items", "threshold", "missed", "bound", "false alarms"]]
                + thresholds.map { entry in
                    [
                        entry.category?.title ?? "any", entry.view.rawValue, "\(entry.found.n)",
                        entry.found.threshold > 0 ? number(entry.found.threshold) : "too few", "\(entry.found.misses)",
                        number(entry.found.bound), entry.falseAlarms.cell,
                    ]
                })
        return [
            headTable.text, "", "reliability of the unsafe head (confidence of what it says)", curve?.text ?? "", "",
            "thresholds for a miss rate of at most \(calibration.missRate): E[miss] ≤ (missed + 1) / (items + 1), for new items",
            "from the source that these came from, in no particular order (exchangeability); not for other pictures or attacks",
            thresholdTable.text,
        ].joined(separator: "\n")
    }

    /// The same for programs.
    public var json: JSONValue {
        [
            "miss_rate": .number(calibration.missRate), "heads": .object(JSONObject(heads.map { ($0.name, $0.json) })),
            "thresholds": .array(thresholds.map { entry in
                [
                    "view": .string(entry.view.rawValue), "category": entry.category.map { .string($0.rawValue) } ?? .null,
                    "items": .integer(Int64(entry.found.n)), "threshold": .number(entry.found.threshold),
                    "missed": .integer(Int64(entry.found.misses)), "bound": .number(entry.found.bound),
                    "false_alarms": entry.falseAlarms.json,
                ]
            }),
        ]
    }
}

extension GuardCalibrating.Head {
    fileprivate var json: JSONValue {
        [
            "items": .integer(Int64(count)), "temperature": .number(temperature), "nll_before": finite(lossBefore),
            "nll_after": finite(lossAfter), "ece_before": finite(before.expectedCalibrationError),
            "ece_after": finite(after.expectedCalibrationError), "reliability_before": Self.json(before),
            "reliability_after": Self.json(after),
        ]
    }

    private static func json(_ curve: ReliabilityCurve) -> JSONValue {
        .array(curve.bins.map { bin in
            [
                "low": .number(bin.low), "high": .number(bin.high), "count": .integer(Int64(bin.count)),
                "mean_confidence": finite(bin.meanConfidence), "accuracy": finite(bin.accuracy),
            ]
        })
    }
}

private func finite(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

private func number(_ value: Double) -> String { value.isFinite ? String(format: "%.3f", value) : "–" }

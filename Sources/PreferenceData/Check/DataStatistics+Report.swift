import Conversations
public import StrictJSON

extension DataStatistics {
    private var categories: [HarmCategory] { rowCounts.keys.sorted { $0.rawValue < $1.rawValue } }

    private static let fractions = [0, 0.5, 0.95, 1]

    public var json: JSONValue {
        [
            "rows": .integer(Int64(rowCount)), "badRows": .integer(Int64(badRowCount)),
            "distinctPictures": .integer(Int64(distinctPictureCount)),
            "distinctPrompts": .integer(Int64(distinctPromptCount)),
            "categories": object(categories.map { ($0.rawValue, counts(of: $0)) }),
            "labels": object(histograms.sorted { $0.key < $1.key }.map { ($0.key, Self.json($0.value)) }),
            "lengths": object(lengths.sorted { $0.key < $1.key }.map { ($0.key, Self.json($0.value)) }),
        ]
    }

    private func counts(of category: HarmCategory) -> JSONValue {
        object(Split.allCases.map { ($0.rawValue, .integer(Int64(rowCounts[category]?[$0] ?? 0))) })
    }

    private static func json(_ histogram: Histogram) -> JSONValue {
        .object(JSONObject(histogram.sorted.map { ($0.value, .integer(Int64($0.count))) }))
    }

    private static func json(_ lengths: LengthStatistics) -> JSONValue {
        let quantiles = lengths.quantiles(fractions).map { JSONValue.integer(Int64($0)) }
        return [
            "count": .integer(Int64(lengths.count)), "mean": .number(lengths.mean), "shortest": quantiles[0],
            "median": quantiles[1], "percentile95": quantiles[2], "longest": quantiles[3],
        ]
    }

    private func object(_ members: [(String, JSONValue)]) -> JSONValue { .object(JSONObject(members)) }
}

extension DataStatistics: CustomStringConvertible {
    /// Tables in plain text: rows by category, then each label's values with their shares, then lengths.
    public var description: String {
        let head =
            "\(rowCount) usable rows, \(badRowCount) left out; "
            + "\(distinctPictureCount) distinct pictures, \(distinctPromptCount) distinct prompts"
        let labels = histograms.sorted { $0.key < $1.key }.flatMap { Self.lines($0.key, $0.value) }
        let sizes = lengths.sorted { $0.key < $1.key }.map { Self.line($0.key, $0.value) }
        return ([head, ""] + categoryLines + labels + ["", "length in characters"] + sizes).joined(separator: "\n")
    }

    private var categoryLines: [String] {
        [Self.row("category", "train", "evaluation")]
            + categories.map { category in
                let counts = rowCounts[category] ?? [:]
                return Self.row(category.rawValue, "\(counts[.train] ?? 0)", "\(counts[.evaluation] ?? 0)")
            }
    }

    private static func lines(_ name: String, _ histogram: Histogram) -> [String] {
        ["", name]
            + histogram.sorted.map { value, count in
                let share = (1000 * Double(count) / Double(histogram.total)).rounded() / 10
                return row("  " + value, "\(count)", "\(share) %")
            }
    }

    private static func line(_ name: String, _ lengths: LengthStatistics) -> String {
        let quantiles = lengths.quantiles(fractions)
        let mean = (10 * lengths.mean).rounded() / 10
        return "  \(name): mean \(mean), median \(quantiles[1]), 95 % up to \(quantiles[2]), longest \(quantiles[3])"
    }

    /// A name to the left, two figures to the right.
    private static func row(_ name: String, _ first: String, _ second: String) -> String {
        name + padding(46 - name.count - first.count) + first + padding(12 - second.count) + second
    }

    private static func padding(_ width: Int) -> String { String(repeating: " ", count: max(width, 1)) }
}

import Foundation
public import Statistics
public import StrictJSON

extension Interval {
    /// `0.953 (0.941–0.963)`; only the value where no interval was taken, a dash when there is nothing to measure.
    public var cell: String {
        guard value.isFinite else { return "–" }
        return low.isFinite && high.isFinite ? String(format: "%.3f (%.3f–%.3f)", value, low, high) : String(format: "%.3f", value)
    }

    /// Its four numbers; null for what is not a number.
    public var json: JSONValue {
        func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
        return ["value": number(value), "low": number(low), "high": number(high), "n": .integer(Int64(n))]
    }
}

/// Cells in columns, the first one flush left and the others flush right.
public struct TextTable {
    public let text: String

    /// - Parameter rows: the first one says how many columns there are.
    public init(_ rows: [[String]]) {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        text = rows.map { row in
            zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

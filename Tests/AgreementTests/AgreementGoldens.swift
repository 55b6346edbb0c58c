// Reads what `Tests/Goldens/record_agreement.py` has recorded.

import Foundation
import StrictJSON

@testable import Agreement

struct MissingGolden: Error {
    var key: String
}

enum AgreementGoldens {
    static func value(_ key: String) throws -> JSONValue {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/agreement.json")
        guard let value = try JSONValue(parsing: Data(contentsOf: url))[key] else { throw MissingGolden(key: key) }
        return value
    }
}

extension JSONValue {
    func number(_ key: String) -> Double { self[key]?.number ?? .nan }

    /// `ratings` as a table: one row an annotator, null for a missing answer.
    var table: RatingTable {
        let rows = self["ratings"]?.array ?? []
        var ratings: [Rating] = []
        for item in (rows.first?.array ?? []).indices {
            for (annotator, row) in rows.enumerated() {
                ratings.append(rating(item, annotator, row.array?[item].number))
            }
        }
        return RatingTable(question: "q", ratings)
    }

    /// `counts` of items by label as a table of nameless annotators.
    var countedTable: RatingTable {
        var ratings: [Rating] = []
        for (item, row) in (self["counts"]?.array ?? []).enumerated() {
            var annotator = 0
            for (label, count) in (row.array ?? []).enumerated() {
                for _ in 0..<(count.integer ?? 0) {
                    ratings.append(rating(item, annotator, Double(label)))
                    annotator += 1
                }
            }
        }
        return RatingTable(question: "q", ratings)
    }

    /// `counts` of pairs of labels as a table of two annotators.
    var crossTable: RatingTable {
        var ratings: [Rating] = []
        var item = 0
        for (first, row) in (self["counts"]?.array ?? []).enumerated() {
            for (second, count) in (row.array ?? []).enumerated() {
                for _ in 0..<(count.integer ?? 0) {
                    ratings += [rating(item, 0, Double(first)), rating(item, 1, Double(second))]
                    item += 1
                }
            }
        }
        return RatingTable(question: "q", ratings)
    }
}

func rating(_ item: Int, _ annotator: Int, _ value: Double?) -> Rating {
    Rating(item: "\(item)", annotator: "a\(annotator)", question: "q", value: value.map(Label.number))
}

/// One row an annotator; `nil` for a missing answer.
func table(_ rows: [[Double?]]) -> RatingTable {
    RatingTable(
        question: "q",
        (rows.first ?? []).indices.flatMap { item in rows.indices.map { rating(item, $0, rows[$0][item]) } })
}

/// 1e-9 is asked for; the sums differ by their order alone.
func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool { abs(a - b) <= tolerance }

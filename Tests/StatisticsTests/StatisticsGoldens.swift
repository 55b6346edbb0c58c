// Reads what `Tests/Goldens/record_statistics.py` has recorded.

import Foundation
import StrictJSON

struct MissingGolden: Error {
    var key: String
}

enum StatisticsGoldens {
    /// The member `key` of the golden file.
    static func value(_ key: String) throws -> JSONValue {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/statistics.json")
        guard let value = try JSONValue(parsing: Data(contentsOf: url))[key] else { throw MissingGolden(key: key) }
        return value
    }

    /// The member `key` as a table of numbers.
    static func rows(_ key: String) throws -> [[Double]] {
        guard let rows = try value(key).array else { throw MissingGolden(key: key) }
        return rows.map(\.numbers)
    }
}

extension JSONValue {
    /// The numbers of an array; other elements are passed over.
    var numbers: [Double] { array?.compactMap(\.number) ?? [] }

    func numbers(_ key: String) -> [Double] { self[key]?.numbers ?? [] }
    func number(_ key: String) -> Double { self[key]?.number ?? .nan }
    func flags(_ key: String) -> [Bool] { self[key]?.array?.compactMap(\.bool) ?? [] }
}

/// Whether two numbers agree to `tolerance` of the larger one, or are both as good as 0.
func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b)) || abs(a - b) < 1e-15
}

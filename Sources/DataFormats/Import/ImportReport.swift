public import PreferenceData
public import StrictJSON

/// What an import did: nothing is left out or filled in without a count here.
public struct ImportReport: Sendable, Equatable {
    /// Records read, by file, in the order read.
    public internal(set) var recordCounts: [(file: String, count: Int)] = []
    /// Rows written, by split.
    public internal(set) var rowCounts: [Split: Int] = [:]
    /// Rows written, by category.
    public internal(set) var categoryCounts: [String: Int] = [:]
    /// Records left out, by kind and column.
    public internal(set) var leftOut: [Reason: Int] = [:]
    /// Files that broke off, with their reasons; what was read before stays.
    public internal(set) var brokenFiles: [String] = []
    /// Labels that the format does not have, by column.
    public internal(set) var filled: [String: Int] = [:]
    public internal(set) var blankPictureCount = 0

    public struct Reason: Sendable, Hashable {
        public var kind: RowError.Kind
        public var column: String

        public init(kind: RowError.Kind, column: String) {
            self.kind = kind
            self.column = column
        }
    }

    public var recordCount: Int { recordCounts.reduce(0) { $0 + $1.count } }
    public var rowCount: Int { rowCounts.values.reduce(0, +) }
    public var leftOutCount: Int { leftOut.values.reduce(0, +) }

    public static func == (left: ImportReport, right: ImportReport) -> Bool { left.json == right.json }

    private var reasons: [(reason: Reason, count: Int)] {
        leftOut.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0.column, $0.0.kind.rawValue) < ($0.1, $1.0.column, $1.0.kind.rawValue) }
    }

    public var json: JSONValue {
        let integer = { (count: Int) -> JSONValue in .integer(Int64(count)) }
        let counts = { (counts: [String: Int]) -> JSONValue in
            .object(JSONObject(counts.sorted { $0.key < $1.key }.map { ($0.key, integer($0.value)) }))
        }
        return [
            "files": .array(recordCounts.map { ["file": .string($0.file), "records": integer($0.count)] }),
            "records": integer(recordCount), "rows": integer(rowCount),
            "splits": counts(Dictionary(uniqueKeysWithValues: rowCounts.map { ($0.key.rawValue, $0.value) })),
            "categories": counts(categoryCounts),
            "leftOut": .array(reasons.map {
                ["kind": .string($0.reason.kind.rawValue), "column": .string($0.reason.column), "count": integer($0.count)]
            }),
            "brokenFiles": .array(brokenFiles.map { .string($0) }), "filled": counts(filled),
            "blankPictures": integer(blankPictureCount),
        ]
    }
}

extension ImportReport: CustomStringConvertible {
    public var description: String {
        let splits = Split.allCases.compactMap { split in rowCounts[split].map { "\($0) \(split.rawValue)" } }
        let head = "\(recordCount) records of \(recordCounts.count) files read; \(rowCount) rows written"
            + (splits.isEmpty ? "" : " (\(splits.joined(separator: ", ")))") + "; \(leftOutCount) records left out"
        return ([head] + lines).joined(separator: "\n")
    }

    private var lines: [String] {
        reasons.map { "  left out  \($0.count) × \($0.reason.kind.rawValue) (\($0.reason.column))" }
            + brokenFiles.map { "  broken    \($0)" }
            + filled.sorted { $0.key < $1.key }.map { "  filled    \($0.value) × \($0.key), which the format does not have" }
            + (blankPictureCount > 0 ? ["  filled    \(blankPictureCount) × image, by a blank picture"] : [])
    }
}

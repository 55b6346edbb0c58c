public import StrictJSON

/// What was found wrong or doubtful in a data set. Errors are rows that cannot be used; warnings are rows that can.
public struct DataCheck: Sendable, Equatable {
    /// Rows read, by split, in the order checked.
    public private(set) var rowCounts: [SplitCount] = []
    /// Rows that can be used.
    public private(set) var soundRowCount = 0
    /// Errors first, then warnings.
    public private(set) var findings: [Finding] = []

    public struct SplitCount: Sendable, Equatable {
        public var split: Split
        public var rows: Int
    }

    /// Reads every row of the splits once.
    ///
    /// - Parameter datasets: splits of one data set; pictures shared between them are looked for.
    /// - Parameter inspect: decodes pictures. Without it they are only compared as files, byte by byte.
    public init<Row: StoredRow>(_ datasets: [StoredDataset<Row>], inspect: PictureInspection? = nil) throws {
        var checker = RowChecker(inspect: inspect)
        for dataset in datasets {
            rowCounts.append(SplitCount(split: dataset.split, rows: dataset.count))
            try dataset.forEachRow { row, position in
                checker.check(row.flatMap { $0.understood(at: position) }, in: dataset.split)
            }
        }
        checker.comparePictures()
        soundRowCount = checker.soundRowCount
        findings = checker.counter.sorted
    }

    /// Rows with an error, each counted once.
    public var errorCount: Int { rowCounts.reduce(0) { $0 + $1.rows } - soundRowCount }

    /// Warnings of all kinds together; a row may have several.
    public var warningCount: Int {
        findings.filter { !$0.kind.isError }.reduce(0) { $0 + $1.count }
    }

    public var json: JSONValue {
        [
            "rows": .object(JSONObject(rowCounts.map { ($0.split.rawValue, .integer(Int64($0.rows))) })),
            "soundRows": .integer(Int64(soundRowCount)), "errors": .integer(Int64(errorCount)),
            "warnings": .integer(Int64(warningCount)), "findings": .array(findings.map(\.json)),
        ]
    }
}

extension DataCheck: CustomStringConvertible {
    /// A line for the rows, then for each finding a line and its first examples.
    public var description: String {
        let counts = rowCounts.map { "\($0.rows) \($0.split.rawValue)" }.joined(separator: " + ")
        let head = "\(counts) rows, \(soundRowCount) usable, \(errorCount) with errors, \(warningCount) warnings"
        return ([head] + findings.flatMap(Self.lines)).joined(separator: "\n")
    }

    private static func lines(_ finding: Finding) -> [String] {
        let level = finding.kind.isError ? "error  " : "warning"
        let more = finding.count - finding.examples.count
        return ["\(level)  \(finding.count) × \(finding.kind.title) (\(finding.column))"]
            + finding.examples.map { "           \($0)" } + (more > 0 ? ["           … and \(more) more"] : [])
    }
}

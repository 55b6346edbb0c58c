import GRDB

/// How far a project is, and who did what.
public struct ProjectProgress: Sendable {
    public struct Annotator: Sendable {
        public var user: Int64
        public var name: String
        public var alias: String
        public var isMember: Bool
        public var isCleared: Bool
        public var answers: Int
        public var skips: Int
        /// Pictures uncovered today.
        public var exposures: Int
        /// The mean share of gold and calibration decisions that were right; nil before the first.
        public var goldAgreement: Double?
        /// Mean seconds from opening an item to its first answer.
        public var seconds: Double?
    }

    public var items = 0
    /// Items that have as many answers as the overlap says.
    public var complete = 0
    public var answers = 0
    public var answersWanted = 0
    public var decided = 0
    public var goldItems = 0
    public var calibrationItems = 0
    public var annotators: [Annotator] = []
}

extension AnnotationStore {
    /// For reviewers and admins: it names people.
    public func progress(of project: Int64, for user: User) async throws -> ProjectProgress {
        let day = Self.day(now())
        return try await read { db in
            _ = try Self.reviewed(db, project, user)
            var progress = ProjectProgress()
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT kind, count(*) AS items, sum(answers >= overlap) AS complete, sum(answers) AS answers, sum(overlap) AS wanted,
                        count(decision) AS decided FROM item WHERE project = ? GROUP BY kind
                    """, arguments: [project])
            for row in rows {
                switch ItemKind(rawValue: row["kind"]) {
                case .gold: progress.goldItems = row["items"]
                case .calibration: progress.calibrationItems = row["items"]
                default:
                    (progress.items, progress.complete, progress.answers) = (row["items"], row["complete"], row["answers"])
                    (progress.answersWanted, progress.decided) = (row["wanted"], row["decided"])
                }
            }
            progress.annotators = try Self.annotators(db, project, day)
            return progress
        }
    }

    /// How many work items are complete, of how many: what annotators may know.
    public func share(of project: Int64, for user: User) async throws -> (complete: Int, items: Int, own: Int) {
        try await read { db in
            _ = try Self.project(db, project, for: user)
            let row = try Row.fetchOne(
                db, sql: "SELECT count(*) AS items, total(answers >= overlap) AS complete FROM item WHERE project = ? AND kind = 'work'",
                arguments: [project])
            let own = try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM assignment JOIN item ON item.id = assignment.item
                    WHERE user = ? AND state = 'answered' AND project = ?
                    """, arguments: [user.id, project])
            let complete: Double = row?["complete"] ?? 0
            return (Int(complete), row?["items"] ?? 0, own ?? 0)
        }
    }

    private static func annotators(_ db: Database, _ project: Int64, _ day: String) throws -> [ProjectProgress.Annotator] {
        let known = try known(db, project)
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT user.id, user.name, user.alias, member.user IS NOT NULL AS is_member, coalesce(is_cleared, 0) AS is_cleared,
                    (SELECT count(*) FROM exposure WHERE exposure.user = user.id AND day = ?) AS exposures,
                    total(work.state = 'answered') AS answers, total(work.state = 'skipped') AS skips,
                    avg((work.answered_at - work.opened_at) / 1000.0) AS seconds
                FROM user LEFT JOIN member ON member.user = user.id AND member.project = ?
                LEFT JOIN (SELECT assignment.* FROM assignment JOIN item ON item.id = assignment.item WHERE project = ?) AS work
                    ON work.user = user.id
                GROUP BY user.id HAVING is_member OR answers > 0 ORDER BY user.id
                """, arguments: [day, project, project])
        return rows.map { row in
            let (answers, skips): (Double, Double) = (row["answers"], row["skips"])
            return ProjectProgress.Annotator(
                user: row["id"], name: row["name"], alias: row["alias"], isMember: row["is_member"], isCleared: row["is_cleared"],
                answers: Int(answers), skips: Int(skips), exposures: row["exposures"],
                goldAgreement: known[row["id"]].map { $0.reduce(0, +) / Double($0.count) }, seconds: row["seconds"])
        }
    }

    /// Each person's agreement with the known labels, answer by answer; first versions, so that looking at the truth afterwards
    /// does not help.
    private static func known(_ db: Database, _ project: Int64) throws -> [Int64: [Double]] {
        var shares: [Int64: [Double]] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT assignment.user, truth, body FROM item JOIN assignment ON assignment.item = item.id
                JOIN label ON label.assignment = assignment.id AND label.version = 1
                WHERE project = ? AND kind IN ('gold', 'calibration') AND truth IS NOT NULL
                """, arguments: [project])
        while let row = try rows.next() {
            let share = try PairLabel(stored: row["body"]).agreement(with: try PairLabel(stored: row["truth"]))
            shares[row["user"], default: []].append(share)
        }
        return shares
    }
}

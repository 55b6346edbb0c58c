import GRDB
import SafetyPolicies
import StrictJSON

/// An item as a reviewer sees it: all answers, under aliases.
public struct ReviewedItem: Sendable {
    public struct Answer: Sendable {
        public var alias: String
        public var label: PairLabel
        public var version: Int
    }

    public var item: Item
    public var answers: [Answer]
    /// How often it was decided; what a new decision is based on.
    public var decisions: Int
}

extension AnnotationStore {
    /// Work items on which annotators disagree in a preference or a flag, and nobody has decided yet.
    public func disagreements(in project: Int64, for user: User, limit: Int = 200) async throws -> [(item: Int64, key: String, answers: Int)] {
        try await read { db in
            _ = try Self.reviewed(db, project, user)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT item.id, item.key, item.answers FROM item JOIN assignment ON assignment.item = item.id AND assignment.state = 'answered'
                    JOIN label ON label.assignment = assignment.id AND label.version = assignment.version
                    WHERE project = ? AND kind = 'work' AND answers > 1 AND decision IS NULL GROUP BY item.id
                    HAVING count(DISTINCT json_extract(body, '$.helpful_preference')) > 1
                        OR count(DISTINCT json_extract(body, '$.safe_preference')) > 1
                        OR count(DISTINCT json_extract(body, '$.is_safe_1')) > 1 OR count(DISTINCT json_extract(body, '$.is_safe_2')) > 1
                    ORDER BY item.id LIMIT ?
                    """, arguments: [project, limit]
            ).map { ($0["id"], $0["key"], $0["answers"]) }
        }
    }

    /// An item with everybody's answers, for reviewers of its project.
    public func reviewedItem(_ id: Int64, for user: User) async throws -> ReviewedItem {
        try await read { db in try Self.reviewedItem(db, id, user) }
    }

    /// Decides about an item. The annotators' answers stay beside the decision; exports take the decision.
    public func decide(_ submission: LabelSubmission, about item: Int64, by user: User) async throws -> LabelOutcome {
        let (now, harmfulFrom) = (now(), policies.current.harmfulFrom)
        return try await once(submission, "item \(item)", by: user) { db in
            let found = try Self.reviewedItem(db, item, user)
            let contradictions = submission.label.contradictions(harmfulFrom: harmfulFrom) { "response " + SideNames.stored[$0] }
            guard contradictions.isEmpty || submission.confirmsContradictions else { return .contradictory(contradictions) }
            guard found.decisions == submission.baseVersion else {
                guard let stored = found.item.decision else {
                    throw AnnotationError.invalid("base_version must be \(found.decisions), found \(submission.baseVersion)")
                }
                return .conflict(stored: stored, version: found.decisions)
            }
            try db.execute(
                sql: "UPDATE item SET decision = ?, decisions = decisions + 1 WHERE id = ?", arguments: [submission.label.stored, item])
            try EventChain.append(
                db, at: now, actor: user.alias, "item.decided", project: found.item.project,
                ["item": .integer(item), "key": .string(found.item.key), "label": submission.label.json()])
            return .saved(version: found.decisions + 1)
        }
    }

    /// Lets somebody go on who did not pass the calibration round.
    public func clear(_ annotator: Int64, in project: Int64, by user: User) async throws {
        let now = now()
        try await write { db in
            _ = try Self.reviewed(db, project, user)
            try db.execute(
                sql: "UPDATE member SET is_cleared = 1 WHERE project = ? AND user = ?", arguments: [project, annotator])
            guard db.changesCount == 1, let alias = try String.fetchOne(db, sql: "SELECT alias FROM user WHERE id = ?", arguments: [annotator])
            else { throw AnnotationError.notFound }
            try EventChain.append(db, at: now, actor: user.alias, "member.cleared", project: project, ["user": .string(alias)])
        }
    }

    /// The project, when the person may see all its answers.
    static func reviewed(_ db: Database, _ project: Int64, _ user: User) throws -> Project {
        let found = try Self.project(db, project, for: user)
        guard user.role >= .reviewer else { throw AnnotationError.refused("this is for reviewers") }
        return found
    }

    private static func reviewedItem(_ db: Database, _ id: Int64, _ user: User) throws -> ReviewedItem {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM item WHERE id = ?", arguments: [id]) else { throw AnnotationError.notFound }
        let item = try Item(row)
        _ = try reviewed(db, item.project, user)
        let answers = try Row.fetchAll(
            db,
            sql: """
                SELECT alias, body, label.version FROM assignment JOIN user ON user.id = assignment.user
                JOIN label ON label.assignment = assignment.id AND label.version = assignment.version
                WHERE item = ? ORDER BY assignment.id
                """, arguments: [id]
        ).map { ReviewedItem.Answer(alias: $0["alias"], label: try PairLabel(stored: $0["body"]), version: $0["version"]) }
        return ReviewedItem(item: item, answers: answers, decisions: row["decisions"])
    }
}

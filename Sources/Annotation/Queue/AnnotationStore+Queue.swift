import Foundation
import GRDB
import StrictJSON

/// What the queue says to somebody who asks for work.
public enum NextItem: Sendable, Equatable {
    case assignment(Int64)
    /// Nothing is left for this person.
    case done
    /// The calibration round was not passed; a reviewer has to clear the person.
    case calibrationFailed(share: Double)
}

extension AnnotationStore {
    /// Gives the person their open item, or the next one: first the calibration round, then gold items at their distance, then
    /// work. One transaction, so no item has more claims than its overlap, which the table's own check also holds.
    public func next(in project: Int64, for user: User) async throws -> NextItem {
        let (now, random) = (now(), options.random)
        return try await write { db in
            let project = try Self.project(db, project, for: user)
            try Self.releaseStale(db, before: now - Int64(project.settings.claimMinutes) * 60_000, project: project.id)
            if let open = try Int64.fetchOne(
                db,
                sql: """
                    SELECT assignment.id FROM assignment JOIN item ON item.id = assignment.item
                    WHERE user = ? AND state = 'open' AND project = ? ORDER BY assignment.id LIMIT 1
                    """, arguments: [user.id, project.id])
            {
                return .assignment(open)
            }
            try Self.checkExposures(db, project, user, now)
            let queue = Queue(db: db, project: project, user: user, random: random)
            if let share = try queue.failedCalibration() { return .calibrationFailed(share: share) }
            guard let choice = try queue.choose() else { return .done }
            return .assignment(try Self.claim(db, choice, user, isSwapped: random() & 1 == 1, now))
        }
    }

    /// Puts an item back without an answer; it does not come again. Nobody has to look at everything.
    public func skip(_ assignment: Int64, by user: User) async throws {
        let now = now()
        try await write { db in
            let found = try Assignment.find(db, assignment, of: user)
            guard found.state == .open else { throw AnnotationError.refused("only an item without an answer can be skipped") }
            try Self.giveUp(db, assignment, item: found.item.id, state: "skipped")
            try EventChain.append(
                db, at: now, actor: user.alias, "item.skipped", project: found.item.project, ["item": .string(found.item.key)])
        }
    }

    /// The person's own assignment.
    public func assignment(_ id: Int64, of user: User) async throws -> Assignment {
        let day = Self.day(now())
        return try await read { db in
            var assignment = try Assignment.find(db, id, of: user)
            assignment.isUncovered =
                try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM exposure WHERE user = ? AND day = ? AND assignment = ?)",
                    arguments: [user.id, day, id]) ?? false
            return assignment
        }
    }

    /// The person's own answers in a project, newest first.
    public func history(in project: Int64, of user: User, limit: Int = 200) async throws -> [(id: Int64, key: String, at: Int64, version: Int)] {
        try await read { db in
            _ = try Self.project(db, project, for: user)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT assignment.id, key, answered_at, version FROM assignment JOIN item ON item.id = assignment.item
                    WHERE user = ? AND state = 'answered' AND project = ? ORDER BY answered_at DESC, assignment.id DESC LIMIT ?
                    """, arguments: [user.id, project, limit]
            ).map { ($0["id"], $0["key"], $0["answered_at"], $0["version"]) }
        }
    }

    // MARK: - Pictures

    /// Notes that the person asked to see the picture, within the day's limit. Asking again on the same day counts once.
    public func uncover(_ assignment: Int64, by user: User) async throws {
        let now = now()
        try await write { db in
            let found = try Assignment.find(db, assignment, of: user)
            let day = Self.day(now)
            let isKnown = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM exposure WHERE user = ? AND day = ? AND assignment = ?)",
                arguments: [user.id, day, assignment])
            if isKnown == true { return }
            try Self.checkExposures(db, try Project.find(db, found.item.project), user, now)
            try db.execute(
                sql: "INSERT INTO exposure (user, day, assignment, at) VALUES (?, ?, ?, ?)", arguments: [user.id, day, assignment, now])
            try EventChain.append(
                db, at: now, actor: user.alias, "picture.uncovered", project: found.item.project, ["item": .string(found.item.key)])
        }
    }

    private static func checkExposures(_ db: Database, _ project: Project, _ user: User, _ now: Int64) throws {
        let count = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM exposure WHERE user = ? AND day = ?", arguments: [user.id, day(now)]) ?? 0
        guard count < project.settings.exposuresPerDay else { throw AnnotationError.exposureLimit(count) }
    }

    /// The day in UTC: "2026-11-24".
    static func day(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601.year().month().day())
    }

    /// How long the person has worked without a pause of five minutes, in minutes.
    public func minutesWithoutBreak(of user: User) async throws -> Int {
        let now = now()
        return try await read { db in
            let times = try Int64.fetchCursor(
                db,
                sql: """
                    SELECT answered_at FROM assignment WHERE user = ? AND state = 'answered' AND answered_at > ?
                    ORDER BY answered_at DESC
                    """, arguments: [user.id, now - 12 * 3_600_000])
            var start = now
            while let time = try times.next(), start - time < 5 * 60_000 { start = time }
            return Int((now - start) / 60_000)
        }
    }

    // MARK: - Claims

    private static func claim(_ db: Database, _ choice: Queue.Choice, _ user: User, isSwapped: Bool, _ now: Int64) throws -> Int64 {
        try db.execute(sql: "UPDATE item SET claims = claims + 1 WHERE id = ?", arguments: [choice.item])
        try db.execute(
            sql: """
                INSERT INTO assignment (item, user, is_swapped, arm, state, opened_at) VALUES (?, ?, ?, ?, 'open', ?)
                ON CONFLICT (item, user) DO UPDATE SET state = 'open', opened_at = excluded.opened_at
                """, arguments: [choice.item, user.id, isSwapped, choice.arm, now])
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM assignment WHERE item = ? AND user = ?", arguments: [choice.item, user.id])
        guard let id else { throw AnnotationError.notFound }
        return id
    }

    private static func releaseStale(_ db: Database, before: Int64, project: Int64) throws {
        let stale = try Row.fetchAll(
            db,
            sql: """
                SELECT assignment.id, item FROM assignment JOIN item ON item.id = assignment.item
                WHERE state = 'open' AND opened_at < ? AND project = ?
                """, arguments: [before, project])
        for row in stale { try giveUp(db, row["id"], item: row["item"], state: "released") }
    }

    private static func giveUp(_ db: Database, _ assignment: Int64, item: Int64, state: String) throws {
        try db.execute(sql: "UPDATE assignment SET state = ? WHERE id = ?", arguments: [state, assignment])
        try db.execute(sql: "UPDATE item SET claims = claims - 1 WHERE id = ?", arguments: [item])
    }
}

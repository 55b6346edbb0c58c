import Foundation
import GRDB
import PreferenceData

/// Which item comes next for one person, inside a transaction.
struct Queue {
    struct Choice {
        var item: Int64
        /// Why this one: "calibration", "gold", "random", or "near-zero".
        var arm: String
    }

    let db: Database
    let project: Project
    let user: User
    let random: @Sendable () -> UInt64

    func choose() throws -> Choice? {
        if let item = try known(.calibration) { return Choice(item: item, arm: "calibration") }
        if try isGoldDue(), let item = try known(.gold) { return Choice(item: item, arm: "gold") }
        if project.settings.order == .nearZero, unit() >= project.settings.controlShare, let item = try nearZero() {
            return Choice(item: item, arm: "near-zero")
        }
        return try atRandom().map { Choice(item: $0, arm: "random") }
    }

    /// The share of right answers in the calibration round, when it is over, too low, and nobody has cleared the person.
    func failedCalibration() throws -> Double? {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT truth, body, state FROM item LEFT JOIN assignment ON assignment.item = item.id AND assignment.user = ?
                LEFT JOIN label ON label.assignment = assignment.id AND label.version = 1
                WHERE project = ? AND kind = 'calibration'
                """, arguments: [user.id, project.id])
        let isCleared = try Bool.fetchOne(
            db, sql: "SELECT is_cleared FROM member WHERE project = ? AND user = ?", arguments: [project.id, user.id])
        guard !rows.isEmpty, isCleared != true else { return nil }
        var right: [Double] = []
        for row in rows {
            // Skipping is everybody's right, but it shows nothing.
            if (row["state"] as String?) == "skipped" {
                right.append(0)
                continue
            }
            guard let truth: String = row["truth"], let body: String = row["body"] else { return nil }
            right.append(try PairLabel(stored: body).agreement(with: try PairLabel(stored: truth)))
        }
        let share = right.reduce(0, +) / Double(right.count)
        return share < project.settings.calibrationPass ? share : nil
    }

    /// An item with a known label that this person has not met.
    private func known(_ kind: ItemKind) throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT id FROM item WHERE project = ? AND kind = ? AND is_free = 1
                AND NOT EXISTS (SELECT 1 FROM assignment WHERE assignment.item = item.id AND user = ? AND state <> 'released')
                ORDER BY shuffle LIMIT 1
                """, arguments: [project.id, kind.rawValue, user.id])
    }

    private func isGoldDue() throws -> Bool {
        let every = project.settings.goldEvery
        guard every > 0 else { return false }
        let (gold, work) = try kinds()
        return work >= every * (gold + 1)
    }

    /// How many gold and work items the person has met.
    private func kinds() throws -> (gold: Int, work: Int) {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT kind, count(*) AS count FROM assignment JOIN item ON item.id = assignment.item
                WHERE user = ? AND project = ? GROUP BY kind
                """, arguments: [user.id, project.id])
        let counts: [String: Int] = Dictionary(rows.map { ($0["kind"], $0["count"]) }) { first, _ in first }
        return (counts["gold"] ?? 0, counts["work"] ?? 0)
    }

    private func nearZero() throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT id FROM item WHERE project = ? AND kind = 'work' AND is_free = 1 AND cost_score IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM assignment WHERE assignment.item = item.id AND user = ? AND state <> 'released')
                ORDER BY abs(cost_score), shuffle LIMIT 1
                """, arguments: [project.id, user.id])
    }

    /// The first free item from a random place on in the shuffled order, and round to its beginning.
    private func atRandom() throws -> Int64? {
        let start = Int64(truncatingIfNeeded: random() >> 1)
        for range in ["shuffle >= ?", "shuffle < ?"] {
            let found = try Int64.fetchOne(
                db,
                sql: """
                    SELECT id FROM item WHERE project = ? AND kind = 'work' AND is_free = 1 AND \(range)
                    AND NOT EXISTS (SELECT 1 FROM assignment WHERE assignment.item = item.id AND user = ? AND state <> 'released')
                    ORDER BY shuffle LIMIT 1
                    """, arguments: [project.id, start, user.id])
            if let found { return found }
        }
        return nil
    }

    private func unit() -> Double { Double(random() >> 11) * 0x1p-53 }
}

extension PairLabel {
    /// The share of the four decisions (two preferences, two flags) that are the same.
    public func agreement(with truth: PairLabel) -> Double {
        let same = [
            moreHelpful == truth.moreHelpful, safer == truth.safer, areSafe.first == truth.areSafe.first,
            areSafe.second == truth.areSafe.second,
        ]
        return Double(same.count { $0 }) / 4
    }
}

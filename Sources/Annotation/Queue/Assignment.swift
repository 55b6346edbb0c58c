import GRDB
import PreferenceData

/// One item given to one annotator.
public struct Assignment: Sendable {
    public enum State: String, Sendable { case open, answered, skipped, released }

    public let id: Int64
    public let user: Int64
    public var item: Item
    /// Whether the second response stands on the left.
    public var isSwapped: Bool
    public var state: State
    /// The newest label and its number, from 1; 0 when there is none.
    public var label: PairLabel?
    public var version: Int
    /// Whether the picture has been uncovered today.
    public var isUncovered = false

    public var names: SideNames { .shown(isSwapped: isSwapped) }

    static func find(_ db: Database, _ id: Int64) throws -> Assignment {
        let row = try Row.fetchOne(db, sql: "SELECT * FROM assignment WHERE id = ?", arguments: [id])
        guard let row, let item = try Row.fetchOne(db, sql: "SELECT * FROM item WHERE id = ?", arguments: [row["item"] as Int64]) else {
            throw AnnotationError.notFound
        }
        let version: Int = row["version"]
        let label = try String.fetchOne(
            db, sql: "SELECT body FROM label WHERE assignment = ? AND version = ?", arguments: [id, version])
        return Assignment(
            id: id, user: row["user"], item: try Item(item), isSwapped: row["is_swapped"],
            state: State(rawValue: row["state"]) ?? .released, label: try label.map(PairLabel.init(stored:)), version: version)
    }

    /// The person's own assignment in a project they still belong to; `notFound` for every other one.
    static func find(_ db: Database, _ id: Int64, of user: User) throws -> Assignment {
        let assignment = try find(db, id)
        guard assignment.user == user.id else { throw AnnotationError.notFound }
        _ = try AnnotationStore.project(db, assignment.item.project, for: user)
        return assignment
    }
}

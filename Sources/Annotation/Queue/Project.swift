import Foundation
import GRDB
import StrictJSON

/// How a project's items are chosen, shown and protected.
public struct ProjectSettings: Sendable, Hashable, Codable {
    /// In which order items come.
    public enum Order: String, Sendable, Codable, CaseIterable {
        case random
        /// First the items whose imported cost score is nearest to zero, where the cost model knows least about the sign.
        case nearZero
    }

    /// Annotators per item, 1 … 50.
    public var overlap = 3
    /// After how many answers a gold item comes; 0: never.
    public var goldEvery = 10
    /// The share of flags and preferences that a calibration round must get right before real items come, 0 … 1.
    public var calibrationPass = 0.75
    /// Pictures that one annotator may uncover in a day.
    public var exposuresPerDay = 200
    /// Minutes of work after which a break is suggested.
    public var breakMinutes = 45
    /// Minutes after which an item that was opened and not answered goes back to the queue.
    public var claimMinutes = 120
    public var order = Order.random
    /// With `nearZero`: the share of items that come at random all the same, as a control, 0 … 1.
    public var controlShare = 0.5

    public init() {}

    /// What is out of range, in words; empty when nothing is.
    public func problems() -> [String] {
        var problems: [String] = []
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) {
            if !range.contains(value) { problems.append("\(name) must be \(range.lowerBound) … \(range.upperBound), found \(value)") }
        }
        check("overlap", overlap, 1...50)
        check("gold every", goldEvery, 0...1000)
        check("exposures per day", exposuresPerDay, 1...10_000)
        check("break minutes", breakMinutes, 5...480)
        check("claim minutes", claimMinutes, 5...10_080)
        for (name, share) in [("calibration pass", calibrationPass), ("control share", controlShare)] where !(0...1).contains(share) {
            problems.append("\(name) must be 0 … 1, found \(share)")
        }
        return problems
    }
}

public struct Project: Sendable, Hashable {
    public let id: Int64
    public var name: String
    public var settings: ProjectSettings

    init(_ row: Row) throws {
        id = row["id"]
        name = row["name"]
        settings = try JSONDecoder().decode(ProjectSettings.self, from: Data((row["settings"] as String).utf8))
    }

    static func find(_ db: Database, _ id: Int64) throws -> Project {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM project WHERE id = ?", arguments: [id]) else {
            throw AnnotationError.notFound
        }
        return try Project(row)
    }
}

extension AnnotationStore {
    /// Makes a project, or changes the settings of the one with this id. A changed overlap holds for the items that are there too;
    /// it never falls below the answers that an item has.
    @discardableResult
    public func saveProject(id: Int64? = nil, name: String, _ settings: ProjectSettings, by actor: String) async throws -> Project {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...80).contains(name.count) else { throw AnnotationError.invalid("a project's name has 1 to 80 characters") }
        if let problem = settings.problems().first { throw AnnotationError.invalid(problem) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let (json, now) = (String(decoding: try encoder.encode(settings), as: UTF8.self), now())
        return try await write { db in
            let others = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM project WHERE name = ? AND id IS NOT ?", arguments: [name, id])
            guard others == 0 else { throw AnnotationError.invalid("there is a project of this name") }
            if let id {
                _ = try Project.find(db, id)
                try db.execute(sql: "UPDATE project SET name = ?, settings = ? WHERE id = ?", arguments: [name, json, id])
                try db.execute(
                    sql: "UPDATE item SET overlap = max(?, claims) WHERE project = ? AND kind = 'work'",
                    arguments: [settings.overlap, id])
            } else {
                try db.execute(sql: "INSERT INTO project (name, settings) VALUES (?, ?)", arguments: [name, json])
            }
            let saved = id ?? db.lastInsertedRowID
            try EventChain.append(
                db, at: now, actor: actor, "project.saved", project: saved,
                ["name": .string(name), "settings": try JSONValue(parsing: json.utf8)])
            return try Project.find(db, saved)
        }
    }

    /// The projects that a person may see: all for admins, else those they belong to.
    public func projects(of user: User) async throws -> [Project] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM project WHERE ? OR EXISTS (SELECT 1 FROM member WHERE project = project.id AND user = ?) ORDER BY name
                    """, arguments: [user.role == .admin, user.id]
            ).map(Project.init)
        }
    }

    public func project(named name: String) async throws -> Project? {
        try await read { db in try Row.fetchOne(db, sql: "SELECT * FROM project WHERE name = ?", arguments: [name]).map(Project.init) }
    }

    /// A project that the person may see; `notFound` for every other one.
    public func project(_ id: Int64, for user: User) async throws -> Project {
        try await read { db in try Self.project(db, id, for: user) }
    }

    static func project(_ db: Database, _ id: Int64, for user: User) throws -> Project {
        let project = try Project.find(db, id)
        let isMember = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM member WHERE project = ? AND user = ?)", arguments: [id, user.id])
        guard user.role == .admin || isMember == true else { throw AnnotationError.notFound }
        return project
    }

    /// Puts somebody into a project, or out of it. Answers given stay.
    public func setMember(_ user: Int64, of project: Int64, isMember: Bool, by actor: User) async throws {
        let now = now()
        try await write { db in
            _ = try Project.find(db, project)
            guard let alias = try String.fetchOne(db, sql: "SELECT alias FROM user WHERE id = ?", arguments: [user]) else {
                throw AnnotationError.notFound
            }
            try db.execute(
                sql: isMember
                    ? "INSERT OR IGNORE INTO member (project, user) VALUES (?, ?)" : "DELETE FROM member WHERE project = ? AND user = ?",
                arguments: [project, user])
            try EventChain.append(
                db, at: now, actor: actor.alias, isMember ? "member.added" : "member.removed", project: project, ["user": .string(alias)])
        }
    }
}

extension AnnotationStore {
    /// Who is in which project.
    public func members() async throws -> [Int64: Set<Int64>] {
        try await read { db in
            var members: [Int64: Set<Int64>] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT project, user FROM member") { members[row["project"], default: []].insert(row["user"]) }
            return members
        }
    }
}

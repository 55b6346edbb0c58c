import Foundation
import GRDB
import StrictJSON

/// Somebody who is logged in.
public struct Session: Sendable {
    public let user: User
    /// The secret that the browser carries; never stored, only its hash.
    public let token: String
}

/// What an invitation link offers.
public struct Invitation: Sendable, Equatable {
    public var role: UserRole
    public var project: Int64?
    public var projectName: String?
}

extension AnnotationStore {
    static let sessionMilliseconds: Int64 = 12 * 3_600_000
    static let invitationMilliseconds: Int64 = 7 * 24 * 3_600_000

    /// Makes an account. The first one of a store is made by the program, the others by invitations.
    @discardableResult
    public func addUser(name: String, password: String, role: UserRole) async throws -> User {
        let hash = try await hashed(name, password)
        return try await write { [self] db in try insertUser(db, name, hash, role, actor: "program") }
    }

    /// Checks the password, and starts a session with a new secret.
    public func logIn(name: String, password: String) async throws -> Session {
        let row = try await read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM user WHERE name = ?", arguments: [name]).map { (User($0), $0["password"] as String) }
        }
        // note: an unknown name costs the same time as a wrong password
        let hash = row?.1 ?? "scrypt$\(options.passwordCost.logRounds)$\(options.passwordCost.parallelism)$00$00"
        let matches = try await Self.hashing { try PasswordHash.matches(password, hash) }
        guard let user = row?.0, matches, user.isActive else { throw AnnotationError.wrongCredentials }
        return try await startSession(user, event: "user.logged_in")
    }

    /// The session of a secret; nil when there is none, or it has run out, or the account is closed.
    public func session(token: String) async throws -> Session? {
        let (hash, now) = (SecretToken.hash(token), now())
        return try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT user.* FROM session JOIN user ON user.id = session.user WHERE token = ? AND expires > ? AND is_active = 1",
                arguments: [hash, now]
            ).map { Session(user: User($0), token: token) }
        }
    }

    public func logOut(token: String) async throws {
        let hash = SecretToken.hash(token)
        try await write { db in try db.execute(sql: "DELETE FROM session WHERE token = ?", arguments: [hash]) }
    }

    /// Makes an invitation; its secret is shown once, in the link.
    public func invite(_ role: UserRole, to project: Int64?, by actor: User) async throws -> String {
        let (token, now) = (SecretToken.make(), now())
        try await write { db in
            if let project { _ = try Project.find(db, project) }
            try db.execute(
                sql: "INSERT INTO invitation (token, role, project, expires) VALUES (?, ?, ?, ?)",
                arguments: [SecretToken.hash(token), role.rawValue, project, now + Self.invitationMilliseconds])
            try EventChain.append(
                db, at: now, actor: actor.alias, "user.invited", project: project, ["role": .string(role.rawValue)])
        }
        return token
    }

    /// What an unused invitation offers.
    public func invitation(token: String) async throws -> Invitation {
        let (hash, now) = (SecretToken.hash(token), now())
        return try await read { db in try Self.invitation(db, hash, now) }
    }

    /// Takes an invitation: makes the account, puts it into the project, and starts a session.
    public func accept(invitation token: String, name: String, password: String) async throws -> Session {
        let (tokenHash, now) = (SecretToken.hash(token), now())
        _ = try await invitation(token: token)
        let hash = try await hashed(name, password)
        let user = try await write { [self] db in
            let offer = try Self.invitation(db, tokenHash, now)
            let user = try insertUser(db, name, hash, offer.role, actor: "invitation")
            if let project = offer.project {
                try db.execute(sql: "INSERT INTO member (project, user) VALUES (?, ?)", arguments: [project, user.id])
            }
            try db.execute(sql: "UPDATE invitation SET used_by = ? WHERE token = ?", arguments: [user.id, tokenHash])
            return user
        }
        return try await startSession(user, event: "user.joined")
    }

    /// Changes somebody's role, or closes or opens the account; closing ends its sessions. The last active admin stays.
    public func change(_ user: Int64, role: UserRole, isActive: Bool, by actor: User) async throws {
        let now = now()
        try await write { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM user WHERE id = ?", arguments: [user]) else {
                throw AnnotationError.notFound
            }
            try db.execute(
                sql: "UPDATE user SET role = ?, is_active = ? WHERE id = ?", arguments: [role.rawValue, isActive, user])
            let admins = try Int.fetchOne(db, sql: "SELECT count(*) FROM user WHERE role = 'admin' AND is_active = 1") ?? 0
            guard admins > 0 else { throw AnnotationError.refused("the last active admin cannot be changed") }
            if !isActive { try db.execute(sql: "DELETE FROM session WHERE user = ?", arguments: [user]) }
            try EventChain.append(
                db, at: now, actor: actor.alias, "user.changed",
                ["user": .string(User(row).alias), "role": .string(role.rawValue), "is_active": .bool(isActive)])
        }
    }

    public func users() async throws -> [User] {
        try await read { db in try Row.fetchAll(db, sql: "SELECT * FROM user ORDER BY id").map(User.init) }
    }

    /// The newest events of the audit log, newest first.
    public func events(limit: Int = 200, before sequence: Int64 = .max) async throws -> [AuditEvent] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM event WHERE seq < ? ORDER BY seq DESC LIMIT ?", arguments: [sequence, limit]
            ).map { row in
                AuditEvent(
                    sequence: row["seq"], at: row["at"], actor: row["actor"], kind: row["kind"],
                    body: try JSONValue(parsing: (row["body"] as String).utf8))
            }
        }
    }

    // MARK: - Parts

    private func startSession(_ user: User, event: String) async throws -> Session {
        let (token, now) = (SecretToken.make(), now())
        try await write { db in
            try db.execute(sql: "DELETE FROM session WHERE expires <= ?", arguments: [now])
            try db.execute(
                sql: "INSERT INTO session (token, user, expires) VALUES (?, ?, ?)",
                arguments: [SecretToken.hash(token), user.id, now + Self.sessionMilliseconds])
            try EventChain.append(db, at: now, actor: user.alias, event, JSONValue.object(.init()))
        }
        return Session(user: user, token: token)
    }

    private func insertUser(_ db: Database, _ name: String, _ hash: String, _ role: UserRole, actor: String) throws -> User {
        let isTaken = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM user WHERE name = ?)", arguments: [name]) ?? false
        guard !isTaken else { throw AnnotationError.invalid("the name \(name) is taken") }
        // note: by chance, so that the aliases of two stores do not meet when data are put together
        let alias = "annotator-" + hexadecimal(withUnsafeBytes(of: options.random()) { Array($0.prefix(4)) })
        try db.execute(
            sql: "INSERT INTO user (name, alias, password, role, is_active) VALUES (?, ?, ?, ?, 1)",
            arguments: [name, alias, hash, role.rawValue])
        let id = db.lastInsertedRowID
        try EventChain.append(
            db, at: now(), actor: actor, "user.added", ["user": .string(alias), "role": .string(role.rawValue)])
        return User(id: id, name: name, alias: alias, role: role, isActive: true)
    }

    private static func invitation(_ db: Database, _ hash: String, _ now: Int64) throws -> Invitation {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT role, project, project.name FROM invitation LEFT JOIN project ON project.id = invitation.project
                WHERE token = ? AND expires > ? AND used_by IS NULL
                """, arguments: [hash, now])
        guard let row, let role = UserRole(rawValue: row["role"]) else {
            throw AnnotationError.refused("this invitation was used, or has run out: ask for a new one")
        }
        return Invitation(role: role, project: row["project"], projectName: row["name"])
    }

    private func hashed(_ name: String, _ password: String) async throws -> String {
        guard (1...60).contains(name.count), name.allSatisfy({ $0.isLetter || $0.isNumber || ".-_@".contains($0) }) else {
            throw AnnotationError.invalid("a name has 1 to 60 letters, digits or the signs . - _ @")
        }
        guard PasswordHash.lengths.contains(password.count) else {
            throw AnnotationError.invalid("a password has 10 to 200 characters, found \(password.count)")
        }
        let cost = options.passwordCost
        return try await Self.hashing { try PasswordHash.make(password, cost) }
    }

    /// Hashing takes a good part of a second and much memory, so it happens one at a time, and never on a thread that serves requests.
    private static func hashing<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            hashingQueue.async { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    private static let hashingQueue = DispatchQueue(label: "password hashing")
}

extension User {
    init(_ row: Row) {
        // note: the table's own check allows no other role
        self.init(
            id: row["id"], name: row["name"], alias: row["alias"], role: UserRole(rawValue: row["role"]) ?? .annotator,
            isActive: row["is_active"])
    }
}

import Crypto
import Foundation
import GRDB
import PreferenceData
import SafetyPolicies
import StrictJSON

/// What a browser sends when an answer is saved.
public struct LabelSubmission: Sendable {
    /// Made by the browser once for each answer, and sent again with each retry.
    public var clientID: String
    /// The version that the form showed; 0 for a first answer.
    public var baseVersion: Int
    public var label: PairLabel
    /// The annotator has seen the contradictions and means them.
    public var confirmsContradictions: Bool

    public init(clientID: String, baseVersion: Int, label: PairLabel, confirmsContradictions: Bool = false) {
        self.clientID = clientID
        self.baseVersion = baseVersion
        self.label = label
        self.confirmsContradictions = confirmsContradictions
    }

    /// Tells two requests with one client id apart.
    func digest(_ subject: String) -> String {
        let line: JSONValue = [
            "subject": .string(subject), "base": .integer(Int64(baseVersion)), "label": label.json(),
        ]
        return hexadecimal(SHA256.hash(data: line.serializedBytes()))
    }
}

/// What became of an answer.
public enum LabelOutcome: Sendable, Equatable {
    /// On the device, under this version.
    case saved(version: Int)
    /// Nothing was saved: the answer was changed elsewhere meanwhile. What is stored, and its version; what was sent is kept in
    /// the audit log.
    case conflict(stored: PairLabel, version: Int)
    /// Nothing was saved: the answer contradicts itself in these ways, and the annotator has not said that it is meant.
    case contradictory([String])
}

extension AnnotationStore {
    /// Saves an answer, once however often it is sent: the same client id gets the same outcome and changes nothing more.
    public func save(_ submission: LabelSubmission, for assignment: Int64, by user: User) async throws -> LabelOutcome {
        let (now, harmfulFrom) = (now(), policies.current.harmfulFrom)
        return try await once(submission, "assignment \(assignment)", by: user) { db in
            let found = try Assignment.find(db, assignment, of: user)
            let contradictions = submission.label.contradictions(harmfulFrom: harmfulFrom) { found.names[$0] }
            guard contradictions.isEmpty || submission.confirmsContradictions else { return .contradictory(contradictions) }
            if let stored = found.label, found.version != submission.baseVersion {
                try EventChain.append(
                    db, at: now, actor: user.alias, "label.conflict", project: found.item.project,
                    [
                        "assignment": .integer(assignment), "stored_version": .integer(Int64(found.version)),
                        "base_version": .integer(Int64(submission.baseVersion)), "sent": submission.label.json(),
                    ])
                return .conflict(stored: stored, version: found.version)
            }
            guard found.version == submission.baseVersion else {
                throw AnnotationError.invalid("base_version must be \(found.version), found \(submission.baseVersion)")
            }
            try Self.reclaim(db, found)
            return .saved(version: try Self.append(db, submission.label, to: found, user, now))
        }
    }

    /// Whether the item of an assignment that was given back still has room for this answer; takes the place if so.
    private static func reclaim(_ db: Database, _ found: Assignment) throws {
        guard found.state == .released || found.state == .skipped else { return }
        let isFree = try Bool.fetchOne(db, sql: "SELECT is_free FROM item WHERE id = ?", arguments: [found.item.id])
        guard isFree == true else {
            throw AnnotationError.refused("this item was open for too long and has been given to somebody else")
        }
        try db.execute(sql: "UPDATE item SET claims = claims + 1 WHERE id = ?", arguments: [found.item.id])
    }

    private static func append(_ db: Database, _ label: PairLabel, to found: Assignment, _ user: User, _ now: Int64) throws -> Int {
        let (version, body) = (found.version + 1, label.stored)
        try db.execute(
            sql: "INSERT INTO label (assignment, version, body, at) VALUES (?, ?, ?, ?)", arguments: [found.id, version, body, now])
        try db.execute(
            sql: "UPDATE assignment SET state = 'answered', version = ?, answered_at = coalesce(answered_at, ?) WHERE id = ?",
            arguments: [version, now, found.id])
        if version == 1 { try db.execute(sql: "UPDATE item SET answers = answers + 1 WHERE id = ?", arguments: [found.item.id]) }
        try EventChain.append(
            db, at: now, actor: user.alias, "label.saved", project: found.item.project,
            [
                "assignment": .integer(found.id), "version": .integer(Int64(version)), "item": .string(found.item.key),
                "sha256": .string(LabelDigest.of(body, isSwapped: found.isSwapped, alias: user.alias, key: found.item.key)),
            ])
        return version
    }

    /// All versions of the person's own answer, oldest first.
    public func versions(of assignment: Int64, by user: User) async throws -> [(version: Int, at: Int64, label: PairLabel)] {
        try await read { db in
            _ = try Assignment.find(db, assignment, of: user)
            return try Row.fetchAll(
                db, sql: "SELECT version, at, body FROM label WHERE assignment = ? ORDER BY version", arguments: [assignment]
            ).map { ($0["version"], $0["at"], try PairLabel(stored: $0["body"])) }
        }
    }

    // MARK: - Exactly once

    /// Runs `body` unless this client id has had its outcome already, which is then given again.
    func once(
        _ submission: LabelSubmission, _ subject: String, by user: User, _ body: @escaping @Sendable (Database) throws -> LabelOutcome
    ) async throws -> LabelOutcome {
        let id = submission.clientID
        guard (8...64).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw AnnotationError.invalid("client_id must be 8 to 64 visible ASCII characters")
        }
        let digest = submission.digest(subject)
        return try await write { db in
            if let row = try Row.fetchOne(
                db, sql: "SELECT request, outcome FROM receipt WHERE user = ? AND client_id = ?", arguments: [user.id, id])
            {
                guard row["request"] == digest else { throw AnnotationError.clientIDReused }
                return try LabelOutcome(stored: row["outcome"])
            }
            let outcome = try body(db)
            if let text = outcome.stored {
                try db.execute(
                    sql: "INSERT INTO receipt (user, client_id, request, outcome) VALUES (?, ?, ?, ?)",
                    arguments: [user.id, id, digest, text])
            }
            return outcome
        }
    }
}

extension LabelOutcome {
    /// As receipts keep it; nil where nothing happened that a retry could repeat.
    fileprivate var stored: String? {
        switch self {
        case .saved(let version): (["saved": .integer(Int64(version))] as JSONValue).serialized()
        case .conflict(let label, let version): (["conflict": label.json(), "version": .integer(Int64(version))] as JSONValue).serialized()
        case .contradictory: nil
        }
    }

    fileprivate init(stored text: String) throws {
        let json = try JSONValue(parsing: text.utf8)
        if let version = json["saved"]?.integer {
            self = .saved(version: version)
        } else if let label = json["conflict"], let version = json["version"]?.integer {
            self = .conflict(stored: try PairLabel(label), version: version)
        } else {
            throw AnnotationError.invalid("a receipt in the store cannot be read")
        }
    }
}

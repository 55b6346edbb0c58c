import Crypto
import GRDB
public import StrictJSON

/// What happened, as the audit log keeps it: numbered, and chained by hashes, so that nothing can be changed, removed or put
/// in between without it showing.
public struct AuditEvent: Sendable, Equatable {
    public var sequence: Int64
    /// Milliseconds since 1970, as the server's clock had it.
    public var at: Int64
    /// The alias of who did it, or "program".
    public var actor: String
    public var kind: String
    public var body: JSONValue
}

enum EventChain {
    static let start = String(repeating: "0", count: 64)

    static func append(
        _ db: Database, at: Int64, actor: String, _ kind: String, project: Int64? = nil, _ body: JSONValue
    ) throws {
        let last = try Row.fetchOne(db, sql: "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        let sequence: Int64 = (last?["seq"] ?? 0) + 1
        let text = body.serialized()
        let hash = hash(after: last?["hash"] ?? start, sequence, at, actor, kind, project, text)
        try db.execute(
            sql: "INSERT INTO event (seq, at, actor, kind, project, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [sequence, at, actor, kind, project, text, hash])
    }

    /// Hands over every event in order, or throws for the first that does not follow from the one before.
    static func walk(_ db: Database, _ body: (_ kind: String, _ text: String) throws -> Void) throws {
        var (expected, previous) = (Int64(1), start)
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM event ORDER BY seq")
        while let row = try rows.next() {
            let (sequence, kind, text): (Int64, String, String) = (row["seq"], row["kind"], row["body"])
            let found = hash(after: previous, sequence, row["at"], row["actor"], kind, row["project"], text)
            guard sequence == expected, found == row["hash"] else { throw BrokenChain(sequence: expected) }
            try body(kind, text)
            (expected, previous) = (expected + 1, found)
        }
    }

    private static func hash(
        after previous: String, _ sequence: Int64, _ at: Int64, _ actor: String, _ kind: String, _ project: Int64?, _ body: String
    ) -> String {
        let line = JSONValue.array([
            .string(previous), .integer(sequence), .integer(at), .string(actor), .string(kind),
            project.map(JSONValue.integer) ?? .null, .string(body),
        ])
        return hexadecimal(SHA256.hash(data: line.serializedBytes()))
    }

    struct BrokenChain: Error { let sequence: Int64 }
}

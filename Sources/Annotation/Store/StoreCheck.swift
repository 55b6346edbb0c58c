import Crypto
import DurableFiles
import Foundation
import GRDB
import StrictJSON

/// Whether a store is what was written: SQLite's own check of every page, references, the chain of events, and that labels,
/// decisions and items are those that the events tell of.
enum StoreCheck {
    /// Looks at the file before SQLite does, which may write to it: the first bytes, and that its journal is a log.
    static func header(of file: URL) throws {
        let bytes = try RandomAccessFile(file)
        guard bytes.byteCount > 0 else { return }
        guard bytes.byteCount >= 100 else { throw StoreError.damaged(path: file.path, reason: "shorter than a header") }
        let head = try bytes.bytes(from: 0, count: 20)
        guard head.prefix(16).elementsEqual(Array("SQLite format 3\0".utf8)) else {
            throw StoreError.damaged(path: file.path, reason: "not a SQLite file")
        }
        guard head[18] == 2, head[19] == 2 else {
            throw StoreError.damaged(path: file.path, reason: "the header does not name a write-ahead log")
        }
    }

    static func run(_ database: any DatabaseReader, path: String) throws {
        func damaged(_ reason: String) -> StoreError { .damaged(path: path, reason: reason) }
        do {
            try database.read { db in
                let found = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "no answer"
                guard found == "ok" else { throw damaged(found) }
                guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else { throw damaged("a reference leads nowhere") }
                guard try db.tableExists("event") else {
                    guard try !db.tableExists("item") else { throw damaged("the table of events is missing") }
                    return
                }
                guard try Schema.migrator.hasBeenSuperseded(db) == false else { throw StoreError.newer(path: path) }
                try compare(db, damaged)
            }
        } catch let error as EventChain.BrokenChain {
            throw damaged("event \(error.sequence) does not follow from the one before")
        } catch let error as DatabaseError {
            throw damaged(error.message ?? "SQLite cannot read it")
        }
    }

    /// Every label and decision against its event, every import against its digest.
    private static func compare(_ db: Database, _ damaged: (String) -> StoreError) throws {
        var told = Told()
        try EventChain.walk(db) { kind, text in
            guard let body = try? JSONValue(parsing: text.utf8) else { throw damaged("an event is not JSON") }
            told.note(kind, body)
        }
        let labels = try Row.fetchCursor(
            db,
            sql: """
                SELECT label.assignment, label.version, label.body, assignment.is_swapped, user.alias, item.key FROM label
                JOIN assignment ON assignment.id = label.assignment JOIN user ON user.id = assignment.user
                JOIN item ON item.id = assignment.item
                """)
        var count = 0
        while let row = try labels.next() {
            let id = LabelID(assignment: row["assignment"], version: row["version"])
            let found = LabelDigest.of(row["body"], isSwapped: row["is_swapped"], alias: row["alias"], key: row["key"])
            guard told.labels[id] == found else { throw damaged("label \(id.assignment).\(id.version) is not the one that was saved") }
            count += 1
        }
        guard count == told.labels.count else { throw damaged("\(told.labels.count - count) labels are missing") }
        for row in try Row.fetchAll(db, sql: "SELECT id, decision FROM item WHERE decision IS NOT NULL") {
            let (id, decision): (Int64, String) = (row["id"], row["decision"])
            guard told.decisions.removeValue(forKey: id) == decision else { throw damaged("the decision about item \(id) was changed") }
        }
        guard told.decisions.isEmpty else { throw damaged("\(told.decisions.count) decisions are missing") }
        for (number, digest) in told.imports where try ItemDigest.of(db, importNumber: number) != digest {
            throw damaged("the items of import \(number) are not those that were imported")
        }
    }

    private struct LabelID: Hashable {
        var assignment: Int64
        var version: Int
    }

    /// What the events say should be there.
    private struct Told {
        var labels: [LabelID: String] = [:]
        var decisions: [Int64: String] = [:]
        var imports: [Int: String] = [:]

        mutating func note(_ kind: String, _ body: JSONValue) {
            switch kind {
            case "label.saved":
                guard let assignment = body["assignment"]?.integer, let version = body["version"]?.integer else { return }
                labels[LabelID(assignment: Int64(assignment), version: version)] = body["sha256"]?.string
            case "item.decided":
                if let item = body["item"]?.integer { decisions[Int64(item)] = body["label"]?.serialized() }
            case "items.imported":
                if let number = body["import"]?.integer { imports[number] = body["sha256"]?.string }
            default: break
            }
        }
    }
}

/// The digest of a label with everything about it that an export tells.
enum LabelDigest {
    static func of(_ body: String, isSwapped: Bool, alias: String, key: String) -> String {
        let line = JSONValue.array([.string(body), .bool(isSwapped), .string(alias), .string(key)])
        return hexadecimal(SHA256.hash(data: line.serializedBytes()))
    }
}

/// The digest of all items of one import, in order.
enum ItemDigest {
    static func of(_ db: Database, importNumber: Int) throws -> String {
        var hash = SHA256()
        let rows = try Row.fetchCursor(
            db, sql: "SELECT key, kind, content, picture, truth, prelabel, cost_score FROM item WHERE import = ? ORDER BY id",
            arguments: [importNumber])
        while let row = try rows.next() {
            func text(_ column: String) -> JSONValue { (row[column] as String?).map(JSONValue.string) ?? .null }
            let score: Double? = row["cost_score"]
            let line = JSONValue.array(
                ["key", "kind", "content", "picture", "truth", "prelabel"].map(text) + [score.map(JSONValue.number) ?? .null])
            hash.update(data: line.serializedBytes())
        }
        return hexadecimal(hash.finalize())
    }
}

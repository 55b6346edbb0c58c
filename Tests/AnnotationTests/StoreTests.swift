import Conversations
import Foundation
import GRDB
import Parquet
import PreferenceData
import StrictJSON
import Testing

@testable import Annotation

@Suite("A store")
struct StoreTests {
    @Test("writes a log to the device with every commit, through one connection that holds the file")
    func settings() async throws {
        let test = try await TestStore()
        let found = try await test.store.read { db in
            try ["journal_mode", "synchronous", "locking_mode", "foreign_keys", "trusted_schema"].map { try String.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(found == ["wal", "2", "exclusive", "1", "0"])
        #expect(throws: StoreError.inUse(path: test.store.folder.path)) { try TestStore.open(test.store.folder) }
    }

    @Test("with several connections is refused on the versions of SQLite whose log is not safe for that")
    func versions() async throws {
        for version in [3_037_000, 3_040_001, 3_051_002] {
            #expect { try JournalRule.check(version: version, connections: 2) } throws: { "\($0)".contains("can lose committed data") }
            try JournalRule.check(version: version, connections: 1)
        }
        for version in [3_051_003, 3_052_000, 4_000_000] { try JournalRule.check(version: version, connections: 9) }
        #expect(throws: StoreError.self) { try JournalRule.check(version: 3_036_000, connections: 1) }
        let folder = try TestFolder()
        if JournalRule.affected.contains(Int(sqliteVersion)) {
            #expect(throws: StoreError.self) { try TestStore.open(folder("store"), creating: true, readers: 2) }
            #expect(!FileManager.default.fileExists(atPath: folder("store").path))
        } else {
            try TestStore.open(folder("store"), creating: true, readers: 2).close()
        }
    }

    @Test("that is not there, or is none, says so")
    func wrongFolders() throws {
        let folder = try TestFolder()
        #expect(throws: StoreError.missing(path: folder("none").path)) { try TestStore.open(folder("none")) }
        try FileManager.default.createDirectory(at: folder("text"), withIntermediateDirectories: true)
        try Data(String(repeating: "not a database ", count: 20).utf8).write(to: folder("text/annotation.sqlite"))
        #expect { try TestStore.open(folder("text")) } throws: { "\($0)".contains("not a SQLite file") }
    }

    @Test("with a flipped byte is refused and left alone, or exports what it did before")
    func flips() async throws {
        let (folder, ratings) = try await closedStore()
        let file = folder("store/annotation.sqlite")
        let sound = try Data(contentsOf: file)
        var random = SystemRandomNumberGenerator()
        var refused = 0
        for flip in 0..<100 {
            var bytes = sound
            // The first flips meet the header, the others any page.
            let place = flip < 20 ? flip * 5 : Int.random(in: 100..<bytes.count, using: &random)
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            try bytes.write(to: file)
            do {
                let store = try TestStore.open(folder("store"))
                let same = try await export(store, folder("after.jsonl"))
                try store.close()
                #expect(same == ratings, "byte \(place)")
            } catch {
                refused += 1
                #expect(error is StoreError || error is DatabaseError, "byte \(place): \(error)")
                #expect(try Data(contentsOf: file) == bytes, "byte \(place): a refused store was changed")
            }
        }
        #expect(refused > 20, "\(refused) of 100 flips were noticed")
    }

    @Test("whose labels, decisions, items or events were changed behind its back is refused")
    func tampering() async throws {
        for (sql, reason) in [
            ("UPDATE label SET body = replace(body, '\"harmless_rate_2\":-2', '\"harmless_rate_2\":2')", "not the one that was saved"),
            ("DELETE FROM label", "labels are missing"), ("DELETE FROM event WHERE seq = 3", "does not follow"),
            ("UPDATE event SET at = at + 1 WHERE seq = 2", "does not follow"), ("UPDATE user SET alias = alias || 'x'", "not the one"),
            ("UPDATE assignment SET is_swapped = 1 - is_swapped", "not the one"), ("UPDATE item SET content = '{}'", "not those that were imported"),
            ("UPDATE item SET decision = NULL", "decisions are missing"),
            ("UPDATE item SET decision = replace(decision, 'animal_abuse', 'false_information')", "was changed"),
        ] {
            let (folder, _) = try await closedStore()
            let queue = try DatabaseQueue(path: folder("store/annotation.sqlite").path)
            try await queue.write { db in
                for trigger in ["label_is_kept", "label_stays", "event_is_kept", "event_stays"] { try db.execute(sql: "DROP TRIGGER \(trigger)") }
                try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
                try db.execute(sql: sql)
                #expect(db.changesCount > 0, "\(sql)")
            }
            try queue.close()
            #expect { try TestStore.open(folder("store")) } throws: { "\($0)".contains(reason) }
        }
    }

    @Test("exports the same bytes twice, and from its backup, made while answers come in")
    func exports() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 400) { $0.overlap = 2 }
        var users: [User] = []
        for name in ["ann", "bob", "cyd"] { users.append(try await test.annotator(name, in: project)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for user in users { group.addTask { while try await test.answerNext(project, user) != nil {} } }
            group.addTask { try await test.store.backUp(to: test.folder("during")) }
            try await group.waitForAll()
        }
        try await test.store.backUp(to: test.folder("after"))
        let first = try await both(test.store, test.folder("one"))
        #expect(try await both(test.store, test.folder("two")) == first)
        #expect(first[0].count { $0 == UInt8(ascii: "\n") } == 400 * 2 * 12)

        let restored = try TestStore.open(test.folder("after"))
        #expect(try await both(restored, test.folder("three")) == first)
        let during = try TestStore.open(test.folder("during"))
        let answers = try await during.labels(of: project).items.flatMap(\.answers).count
        #expect((0...800).contains(answers))
        try restored.close()
        try during.close()
        await #expect(throws: AnnotationError.self) { try await test.store.backUp(to: test.folder("after")) }
    }

    @Test("imports all rows or none")
    func imports() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 0)
        var rows = (0..<5).map(TestStore.row)
        rows[3].image.bytes = Array("not a picture".utf8)
        try RowWriter.write(rows, to: test.folder("bad.parquet"))
        let bad = try BeaverTailsVDataset.load(test.folder("bad.parquet"))
        await #expect(throws: RowError.self) { try await test.store.importItems(bad, into: project, ItemImport(), actor: "program") }
        #expect(try await test.store.labels(of: project).items.count == 0)
        var how = ItemImport()
        how.badRows = .skip
        let result = try await test.store.importItems(bad, into: project, how, actor: "program")
        #expect(result.items == 4 && result.passedOver.count == 1 && "\(result.passedOver[0])".contains("image"))
        // The second row of the next import is there already, after the first was written.
        await #expect { try await test.store.importItems(bad, into: project, how, actor: "program") } throws: { "\($0)".contains("nothing was imported") }
        #expect(try await test.store.labels(of: project).items.count == 4)
        try test.store.check()
    }

    @Test("writes pairs that the loader reads, and leaves out what nobody has decided")
    func pairs() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 3) { $0.overlap = 2 }
        let (ann, bob) = (try await test.annotator("ann", in: project), try await test.annotator("bob", in: project))
        let reviewer = try await test.annotator("rev", in: project, role: .reviewer)
        while let id = try await test.answerNext(project, ann) {
            let key = try await test.store.assignment(id, of: ann).item.key
            guard key.hasSuffix("0") || key.hasSuffix("1") else { continue }
            let changed = TestStore.submission(1) { $0.safer = .second; $0.harmlessRates = Pair(-1, 1) }
            _ = try await test.store.save(changed, for: id, by: ann)
        }
        for _ in 0..<3 { try await test.answerNext(project, bob) }
        let waiting = try await test.store.disagreements(in: project.id, for: reviewer)
        #expect(waiting.map { $0.key.suffix(1) } == ["0", "1"])
        #expect(
            try await test.store.decide(TestStore.submission { $0.category = .horrorAndGore }, about: waiting[0].item, by: reviewer)
                == .saved(version: 1))
        #expect(try await test.store.disagreements(in: project.id, for: reviewer).count == 1)
        await #expect(throws: AnnotationError.self) { try await test.store.reviewedItem(waiting[0].item, for: ann) }

        let file = test.folder("out.parquet")
        let result = try await test.store.export(project, pairs: file, ratings: test.folder("ratings.jsonl"))
        #expect(result == ExportResult(pairs: 2, ratings: 72, undecided: 1, unanswered: 0))
        let written = try BeaverTailsVDataset.load(file)
        let decided = try written.sample(at: 0)
        #expect(decided.category == .horrorAndGore && decided.safer == .first && decided.prompt.image.bytes == TestStore.picture)
        #expect(decided.responses.second.text == "second 0" && decided.responses.first.source == "model-a")
        #expect(decided.softLabels.isEmpty)
        _ = try await test.store.export(project, pairs: file, ratings: nil, withSoftLabels: true)
        let soft = try BeaverTailsVDataset.load(file)
        #expect(try soft.sample(at: 0).softLabels.isEmpty, "a decision is no vote")
        let votes = try soft.sample(at: 1).softLabels
        #expect(votes == SoftLabels(firstMoreHelpful: 1, firstSafer: 1, safe: Pair(1, 0)))
        let even = try await test.store.labels(of: project).items[1].softLabels
        #expect(even == SoftLabels(firstMoreHelpful: 1, firstSafer: 0.5, safe: Pair(1, 0)))
        let line = try JSONValue(parsing: (String(contentsOf: test.folder("ratings.jsonl"), encoding: .utf8).split(separator: "\n")[0]).utf8)
        #expect(line.object?.keys == ["item", "annotator", "question", "value", "category"])
        #expect(line["annotator"]?.string == ann.alias && line["question"] == "helpful_preference" && line["value"] == 1)
    }

    @Test("takes invitations once, and passwords only of the right account")
    func accounts() async throws {
        let test = try await TestStore()
        let project = try await test.project()
        let token = try await test.store.invite(.reviewer, to: project.id, by: test.admin)
        await #expect(throws: AnnotationError.self) { try await test.store.accept(invitation: token, name: "rev", password: "short") }
        let session = try await test.store.accept(invitation: token, name: "rev", password: "long enough word")
        #expect(session.user.role == .reviewer)
        #expect(try await test.store.projects(of: session.user).map(\.id) == [project.id])
        await #expect(throws: AnnotationError.self) { try await test.store.accept(invitation: token, name: "two", password: "long enough word") }
        for (name, password) in [("rev", "long enough werd"), ("nobody", "long enough word"), ("REV", "")] {
            await #expect(throws: AnnotationError.wrongCredentials) { try await test.store.logIn(name: name, password: password) }
        }
        let second = try await test.store.logIn(name: "Rev", password: "long enough word")
        #expect(second.token != session.token)
        try await test.store.change(session.user.id, role: .reviewer, isActive: false, by: test.admin)
        #expect(try await test.store.session(token: second.token) == nil)
        await #expect(throws: AnnotationError.wrongCredentials) { try await test.store.logIn(name: "rev", password: "long enough word") }
        await #expect(throws: AnnotationError.self) { try await test.store.change(test.admin.id, role: .annotator, isActive: true, by: test.admin) }

        let late = try await test.store.invite(.annotator, to: nil, by: test.admin)
        test.clock.advance(minutes: 8 * 24 * 60)
        await #expect(throws: AnnotationError.self) { try await test.store.invitation(token: late) }
        let bytes = try Data(contentsOf: test.store.folder.appending(path: "annotation.sqlite-wal"))
        for secret in [token, session.token, "long enough word"] { #expect(bytes.range(of: Data(secret.utf8)) == nil) }
    }

    // MARK: - Parts

    /// A closed store with answers and a decision, and its ratings.
    private func closedStore() async throws -> (TestFolder, Data) {
        let test = try await TestStore()
        let project = try await test.project(items: 12) { $0.overlap = 2 }
        for name in ["ann", "bob"] {
            let user = try await test.annotator(name, in: project)
            while try await test.answerNext(project, user) != nil {}
        }
        let item = try #require(try await test.store.labels(of: project).items.first?.item.id)
        _ = try await test.store.decide(TestStore.submission(), about: item, by: test.admin)
        let ratings = try await export(test.store, test.folder("before.jsonl"))
        try test.store.close()
        return (test.folder, ratings)
    }

    private func export(_ store: AnnotationStore, _ file: URL) async throws -> Data {
        let project = try #require(try await store.project(named: "pilot"))
        _ = try await store.export(project, pairs: nil, ratings: file)
        return try Data(contentsOf: file)
    }

    private func both(_ store: AnnotationStore, _ folder: URL) async throws -> [Data] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let project = try #require(try await store.project(named: "pilot"))
        let (pairs, ratings) = (folder.appending(path: "train.parquet"), folder.appending(path: "ratings.jsonl"))
        _ = try await store.export(project, pairs: pairs, ratings: ratings)
        return [try Data(contentsOf: ratings), try Data(contentsOf: pairs)]
    }
}

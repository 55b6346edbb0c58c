import Foundation
import GRDB
import PreferenceData
import Testing

@testable import Annotation

@Suite("Saving an answer")
struct SavingTests {
    let test: TestStore
    let project: Project
    let user: User
    let assignment: Int64

    init() async throws {
        test = try await TestStore()
        project = try await test.project(items: 1)
        user = try await test.annotator("ann", in: project)
        guard case .assignment(let id) = try await test.store.next(in: project.id, for: user) else { throw AnnotationError.notFound }
        assignment = id
    }

    @Test("has one effect however often it is sent")
    func exactlyOnce() async throws {
        let submission = TestStore.submission()
        // note: half of them at once, so that some wait in one transaction
        let outcomes = try await withThrowingTaskGroup(of: LabelOutcome.self) { group in
            for _ in 0..<5000 { group.addTask { try await test.store.save(submission, for: assignment, by: user) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0 == .saved(version: 1) } && outcomes.count == 5000)
        for _ in 0..<5000 { #expect(try await test.store.save(submission, for: assignment, by: user) == .saved(version: 1)) }
        #expect(try await test.store.versions(of: assignment, by: user).count == 1)
        #expect(try await test.store.events().count { $0.kind == "label.saved" } == 1)
        var other = submission
        other.label.note = "another"
        await #expect(throws: AnnotationError.clientIDReused) { try await test.store.save(other, for: assignment, by: user) }
    }

    @Test("from two tabs at once saves one and tells the other both versions; what was sent is kept")
    func races() async throws {
        for version in 0..<1000 {
            async let left = test.store.save(TestStore.submission(version) { $0.note = "left \(version)" }, for: assignment, by: user)
            async let right = test.store.save(TestStore.submission(version) { $0.note = "right \(version)" }, for: assignment, by: user)
            let outcomes = try await [left, right]
            if version == 0 {
                // Both begin from nothing; the second meets the first one's answer.
                #expect(outcomes.contains(.saved(version: 1)))
            }
            #expect(outcomes.count { $0 == .saved(version: version + 1) } == 1)
            guard let conflict = outcomes.compactMap({ if case .conflict(let stored, let at) = $0 { (stored, at) } else { nil } }).first else {
                return #expect(Bool(false), "no conflict in race \(version)")
            }
            #expect(conflict.1 == version + 1 && ["left \(version)", "right \(version)"].contains(conflict.0.note))
        }
        #expect(try await test.store.versions(of: assignment, by: user).count == 1000)
        let kept = try await test.store.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM event WHERE kind = 'label.conflict'") }
        #expect(kept == 1000)
        try test.store.check()
    }

    @Test("asks about contradictions, saves nothing, and saves when they are meant")
    func contradictions() async throws {
        var submission = TestStore.submission { $0.areSafe.second = true }
        submission.confirmsContradictions = false
        guard case .contradictory(let found) = try await test.store.save(submission, for: assignment, by: user) else {
            return #expect(Bool(false))
        }
        #expect(found.count == 2 && found.allSatisfy { $0.contains("is called safe") })
        #expect(try await test.store.versions(of: assignment, by: user).isEmpty)
        submission.confirmsContradictions = true
        #expect(try await test.store.save(submission, for: assignment, by: user) == .saved(version: 1))
    }

    @Test("on a full disk or a read-only store is refused, loses nothing, and works again without a restart")
    func faults() async throws {
        _ = try await test.store.save(TestStore.submission(), for: assignment, by: user)
        func faulty(_ set: String, _ unset: String) async throws {
            try await test.store.database.writeWithoutTransaction { db in try db.execute(sql: set) }
            let submission = TestStore.submission(1) { $0.note = String(repeating: "x", count: 4000) }
            var refused = 0
            for _ in 0..<40 {
                let next = TestStore.submission(1) { $0.note = String(repeating: "x", count: 3900) }
                do { _ = try await test.store.save(next, for: assignment, by: user) } catch is DatabaseError { refused += 1 }
            }
            #expect(refused > 0, "\(set)")
            try await test.store.database.writeWithoutTransaction { db in try db.execute(sql: unset) }
            let version = try await test.store.assignment(assignment, of: user).version
            var retry = submission
            retry.baseVersion = version
            #expect(try await test.store.save(retry, for: assignment, by: user) == .saved(version: version + 1))
            try test.store.check()
        }
        let pages = try await test.store.read { db in try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 }
        try await faulty("PRAGMA max_page_count = \(pages + 2)", "PRAGMA max_page_count = 1000000")
        try await faulty("PRAGMA query_only = 1", "PRAGMA query_only = 0")
    }

    @Test("is for the person whose item it is")
    func others() async throws {
        let other = try await test.annotator("other", in: project)
        await #expect(throws: AnnotationError.notFound) { try await test.store.save(TestStore.submission(), for: assignment, by: other) }
        try await test.store.setMember(user.id, of: project.id, isMember: false, by: test.admin)
        await #expect(throws: AnnotationError.notFound) { try await test.store.save(TestStore.submission(), for: assignment, by: user) }
    }

    @Test("leaves a history that nothing can change")
    func appendOnly() async throws {
        _ = try await test.store.save(TestStore.submission(), for: assignment, by: user)
        for sql in ["UPDATE label SET body = ''", "DELETE FROM label", "UPDATE event SET body = ''", "DELETE FROM event"] {
            await #expect(throws: DatabaseError.self) { try await test.store.write { db in try db.execute(sql: sql) } }
        }
    }
}

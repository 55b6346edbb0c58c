import Foundation
import PreferenceData
import Testing

@testable import Annotation

@Suite("The queue")
struct QueueTests {
    @Test("gives every item to as many annotators as the overlap says, never more, whoever asks at once")
    func overlap() async throws {
        let test = try await TestStore()
        let (items, annotators) = (300, 20)
        let project = try await test.project(items: items) { $0.overlap = 2 }
        var users: [User] = []
        for number in 0..<annotators { users.append(try await test.annotator("u\(number)", in: project)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for user in users { group.addTask { while try await test.answerNext(project, user) != nil {} } }
            try await group.waitForAll()
        }
        let labels = try await test.store.labels(of: project)
        #expect(labels.items.count == items)
        #expect(labels.items.allSatisfy { $0.answers.count == 2 && $0.answers[0].alias != $0.answers[1].alias })
        try test.store.check()
    }

    @Test("gives the open item again, and both orders about equally often")
    func sides() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 200) { $0.overlap = 1 }
        let user = try await test.annotator("ann", in: project)
        let first = try await test.store.next(in: project.id, for: user)
        #expect(try await test.store.next(in: project.id, for: user) == first)
        var swapped = 0
        while let id = try await test.answerNext(project, user) { swapped += try await test.store.assignment(id, of: user).isSwapped ? 1 : 0 }
        // 200 fair coins: outside 60 … 140 once in 10⁸ runs.
        #expect((60...140).contains(swapped))
        #expect(try await test.store.next(in: project.id, for: user) == .done)
    }

    @Test("takes an item back that was open for too long, gives it to another, and refuses the late answer")
    func stale() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 1) { $0.overlap = 1 }
        let (slow, quick) = (try await test.annotator("slow", in: project), try await test.annotator("quick", in: project))
        guard case .assignment(let late) = try await test.store.next(in: project.id, for: slow) else { return #expect(Bool(false)) }
        #expect(try await test.store.next(in: project.id, for: quick) == .done)
        test.clock.advance(minutes: 121)
        try await test.answerNext(project, quick)
        await #expect(throws: AnnotationError.self) { try await test.store.save(TestStore.submission(), for: late, by: slow) }
        #expect(try await test.store.labels(of: project).items[0].answers.count == 1)
    }

    @Test("takes a late answer when nobody else has the item, and gives a released item to the same person again")
    func late() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 1) { $0.overlap = 1 }
        let (slow, other) = (try await test.annotator("slow", in: project), try await test.annotator("other", in: project))
        guard case .assignment(let late) = try await test.store.next(in: project.id, for: slow) else { return #expect(Bool(false)) }
        test.clock.advance(minutes: 121)
        #expect(try await test.store.next(in: project.id, for: slow) == .assignment(late))
        test.clock.advance(minutes: 121)
        guard case .assignment(let others) = try await test.store.next(in: project.id, for: other) else { return #expect(Bool(false)) }
        try await test.store.skip(others, by: other)
        #expect(try await test.store.save(TestStore.submission(), for: late, by: slow) == .saved(version: 1))
        #expect(try await test.store.next(in: project.id, for: other) == .done)
    }

    @Test("asks calibration first, stops who fails it until a reviewer clears them, and mixes gold in at its distance")
    func calibration() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 9) { $0.goldEvery = 3 }
        try await test.add(2, to: project, kind: .calibration)
        try await test.add(1, to: project, kind: .gold)
        let good = try await test.annotator("good", in: project)
        var kinds: [ItemKind] = []
        while let id = try await test.answerNext(project, good) { kinds.append(try await test.store.assignment(id, of: good).item.kind) }
        #expect(kinds.prefix(2) == [.calibration, .calibration] && kinds.firstIndex(of: .gold) == 5 && kinds.count == 12)

        let bad = try await test.annotator("bad", in: project)
        for _ in 0..<2 { try await test.answerNext(project, bad) { $0.moreHelpful = .second; $0.safer = .second } }
        #expect(try await test.store.next(in: project.id, for: bad) == .calibrationFailed(share: 0.5))
        try await test.store.clear(bad.id, in: project.id, by: test.admin)
        #expect(try await test.answerNext(project, bad) != nil)

        let progress = try await test.store.progress(of: project.id, for: test.admin)
        #expect(progress.annotators.map(\.goldAgreement) == [1, 0.5])
        #expect(progress.items == 9 && progress.answers == 10 && progress.annotators[0].answers == 12)
    }

    @Test("takes the item nearest to zero cost first, but for the control share")
    func nearZero() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 0) { $0.order = .nearZero; $0.controlShare = 0; $0.overlap = 1 }
        try await test.add(4, to: project) { $0.costScores = [0: 3, 1: -0.5, 2: 0.1, 3: -2] }
        let user = try await test.annotator("ann", in: project)
        var rows: [String] = []
        while let id = try await test.answerNext(project, user) { rows.append(String(try await test.store.assignment(id, of: user).item.key.suffix(1))) }
        #expect(rows == ["2", "1", "3", "0"])
    }

    @Test("shows no picture before it is asked for, and no more in a day than the limit")
    func exposures() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 3) { $0.exposuresPerDay = 2 }
        let user = try await test.annotator("ann", in: project)
        var ids: [Int64] = []
        for _ in 0..<2 {
            guard case .assignment(let id) = try await test.store.next(in: project.id, for: user) else { return #expect(Bool(false)) }
            ids.append(id)
            await #expect(throws: AnnotationError.self) { try await test.store.picture(of: id, .whole, for: user) }
            #expect(try await test.store.picture(of: id, .covered, for: user).count > 0)
            for _ in 0..<2 { try await test.store.uncover(id, by: user) }
            #expect(try await test.store.picture(of: id, .whole, for: user).starts(with: [0x89, 0x50]))
            _ = try await test.store.save(TestStore.submission(), for: id, by: user)
        }
        await #expect(throws: AnnotationError.exposureLimit(2)) { try await test.store.next(in: project.id, for: user) }
        test.clock.advance(minutes: 24 * 60)
        #expect(try await test.store.next(in: project.id, for: user) != .done)
    }

    @Test("suggests a break after as long as the work went on without a pause")
    func breaks() async throws {
        let test = try await TestStore()
        let project = try await test.project(items: 20)
        let user = try await test.annotator("ann", in: project)
        for _ in 0..<10 {
            try await test.answerNext(project, user)
            test.clock.advance(minutes: 4)
        }
        #expect(try await test.store.minutesWithoutBreak(of: user) == 40)
        test.clock.advance(minutes: 6)
        #expect(try await test.store.minutesWithoutBreak(of: user) == 0)
    }
}

import Guardrails
import Synchronization
import Testing

/// By law, on a clock that the test moves: whatever happens to a guard is an error, and soon.
@Suite("A guard with bounds")
struct BoundedGuardTests {
    private let time = ManualTime()
    private let input = [GuardInput(.query, [Turn(.user, text: "Hello")])]

    private func bounds(_ change: (inout GuardBounds) -> Void = { _ in }) -> GuardBounds {
        var bounds = GuardBounds()
        change(&bounds)
        return bounds
    }

    private func until(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    @Test("a guard that hangs, cancelled or not, is an error at the deadline")
    func deadline() async throws {
        let released = Mutex<[CheckedContinuation<Void, Never>]>([])
        let guardModel = BoundedGuard(
            ScriptedGuard { _ in
                await withCheckedContinuation { continuation in released.withLock { $0.append(continuation) } }
                return [try verdict()]
            }, bounds: bounds { $0.deadlineSeconds = 2 }, time: time.source)
        let asked = Task { try await guardModel.judge(input) }
        await until { time.sleeperCount == 1 && released.withLock { $0.count } == 1 }
        time.advance(.seconds(2))
        await #expect(throws: GuardError.deadline(seconds: 2)) { try await asked.value }
        #expect(guardModel.load.running == 1)
        for continuation in released.withLock({ $0 }) { continuation.resume() }
        await until { guardModel.load.running == 0 }
    }

    @Test("failures are errors, whatever they are")
    func failures() async {
        struct Broken: Error {}
        let guardModel = BoundedGuard(ScriptedGuard { _ in throw Broken() }, time: time.source)
        await #expect(throws: GuardError.failed(reason: "Broken()")) { try await guardModel.judge(input) }
        let empty = BoundedGuard(ScriptedGuard { _ in [] }, time: time.source)
        await #expect(throws: GuardError.wrongCount(expected: 1, found: 0)) { try await empty.judge(input) }
        let wrong = BoundedGuard(ScriptedGuard { _ in [try verdict(unsafe: .nan)] }, time: time.source)
        await #expect(throws: GuardError.self) { try await wrong.judge(input) }
    }

    @Test("the circuit opens after its failures, tries once, and closes or opens again")
    func circuit() async throws {
        let isBroken = Mutex(true)
        struct Broken: Error {}
        let inner = ScriptedGuard { inputs in
            if isBroken.withLock({ $0 }) { throw Broken() }
            return try inputs.map { _ in try verdict() }
        }
        let guardModel = BoundedGuard(
            inner,
            bounds: bounds {
                $0.failuresToOpen = 5; $0.openSeconds = 10
            }, time: time.source)
        for _ in 0..<5 {
            await #expect(throws: GuardError.failed(reason: "Broken()")) { try await guardModel.judge(input) }
        }
        #expect(!guardModel.isAvailable)
        await #expect(throws: GuardError.circuitOpen(retryAfterSeconds: 10)) { try await guardModel.judge(input) }
        #expect(inner.calls == 5)

        time.advance(.seconds(10))
        #expect(guardModel.isAvailable)
        await #expect(throws: GuardError.failed(reason: "Broken()")) { try await guardModel.judge(input) }
        await #expect(throws: GuardError.circuitOpen(retryAfterSeconds: 10)) { try await guardModel.judge(input) }
        #expect(inner.calls == 6)

        time.advance(.seconds(10))
        isBroken.withLock { $0 = false }
        #expect(try await guardModel.judge(input).count == 1)
        #expect(try await guardModel.judge(input).count == 1)
        #expect(guardModel.isAvailable)
    }

    @Test("a success forgets earlier failures")
    func forgets() async throws {
        let isBroken = Mutex(true)
        struct Broken: Error {}
        let guardModel = BoundedGuard(
            ScriptedGuard { inputs in
                if isBroken.withLock({ $0 }) { throw Broken() }
                return try inputs.map { _ in try verdict() }
            }, time: time.source)
        for _ in 0..<3 {
            isBroken.withLock { $0 = true }
            for _ in 0..<4 { _ = try? await guardModel.judge(input) }
            isBroken.withLock { $0 = false }
            #expect(try await guardModel.judge(input).count == 1)
        }
        #expect(guardModel.isAvailable)
    }

    @Test("beyond the running and the waiting ones, the next is refused at once")
    func overload() async throws {
        let gate = Mutex<[CheckedContinuation<Void, Never>]>([])
        let guardModel = BoundedGuard(
            ScriptedGuard { inputs in
                await withCheckedContinuation { continuation in gate.withLock { $0.append(continuation) } }
                return try inputs.map { _ in try verdict() }
            },
            bounds: bounds {
                $0.concurrency = 2; $0.queue = 3
            }, time: time.source)
        let tasks = (0..<5).map { _ in Task { try await guardModel.judge(input) } }
        await until { guardModel.load == (2, 3) && gate.withLock { $0.count } == 2 }
        await #expect(throws: GuardError.overloaded(waiting: 3)) { try await guardModel.judge(input) }

        tasks[4].cancel()
        await until { guardModel.load.waiting == 2 || guardModel.load.running < 2 }
        for _ in 0..<4 {
            await until { !gate.withLock { $0.isEmpty } || guardModel.load == (0, 0) }
            if let next = gate.withLock({ $0.popLast() }) { next.resume() }
        }
        for task in tasks { _ = await task.result }
        await until { guardModel.load == (0, 0) }
        #expect(guardModel.isAvailable)
    }
}

import Synchronization

/// How much a guard may cost.
public struct GuardBounds: Sendable, Equatable, Codable {
    /// Seconds until a judgement, waiting included, must be there.
    public var deadlineSeconds = 10.0
    /// Judgements that run at once.
    public var concurrency = 16
    /// Judgements that may wait; the next one is refused at once.
    public var queue = 256
    /// Failures in a row after which the guard is left alone.
    public var failuresToOpen = 5
    /// Seconds for which it is left alone; then one judgement tries it.
    public var openSeconds = 5.0

    public init() {}

    /// What cannot be right, each with `path` before its name.
    public func problems(at path: String) -> [String] {
        var problems: [String] = []
        if !(deadlineSeconds > 0) {
            problems.append("\(path).deadlineSeconds must be above 0, found \(deadlineSeconds)")
        }
        if concurrency < 1 { problems.append("\(path).concurrency must be at least 1, found \(concurrency)") }
        if queue < 0 { problems.append("\(path).queue must be at least 0, found \(queue)") }
        if failuresToOpen < 1 { problems.append("\(path).failuresToOpen must be at least 1, found \(failuresToOpen)") }
        if !(openSeconds > 0) { problems.append("\(path).openSeconds must be above 0, found \(openSeconds)") }
        return problems
    }
}

/// A guard whose every failure is quick and an error: deadlines, a bounded queue, and a circuit breaker around another.
public final class BoundedGuard: Guard {
    private let inner: any Guard
    private let bounds: GuardBounds
    private let time: TimeSource
    private let state = Mutex(State())

    private struct State {
        var running = 0
        var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID = 0
        var failures = 0
        var openUntil: Duration?
        var isProbing = false
    }

    public init(_ inner: any Guard, bounds: GuardBounds = GuardBounds(), time: TimeSource = .system) {
        self.inner = inner
        self.bounds = bounds
        self.time = time
    }

    public var identity: GuardIdentity { inner.identity }
    public var limits: GuardLimits { inner.limits }

    /// Whether the next judgement would be tried.
    public var isAvailable: Bool {
        let now = time.now()
        return state.withLock { state in state.openUntil.map { now >= $0 && !state.isProbing } ?? true }
    }

    /// Judgements that are running and waiting.
    public var load: (running: Int, waiting: Int) { state.withLock { ($0.running, $0.waiting.count) } }

    public func judge(_ inputs: [GuardInput]) async throws -> [Verdict] {
        let isProbe = try admit()
        do {
            let deadline = bounds.deadlineSeconds
            guard let verdicts = try await withDeadline(.seconds(deadline), time, { try await self.inTurn(inputs) })
            else {
                throw GuardError.deadline(seconds: deadline)
            }
            guard verdicts.count == inputs.count else {
                throw GuardError.wrongCount(expected: inputs.count, found: verdicts.count)
            }
            succeeded()
            return verdicts
        } catch {
            failed(with: error, isProbe: isProbe)
            throw error is CancellationError || error is GuardError ? error : GuardError.failed(reason: "\(error)")
        }
    }

    // MARK: - Circuit breaker

    /// Lets a judgement through or throws; whether it is the one that tries a guard that was left alone.
    private func admit() throws(GuardError) -> Bool {
        let now = time.now()
        let wait: Duration? = state.withLock { state in
            guard let until = state.openUntil else { return nil }
            if now < until { return until - now }
            if state.isProbing { return .seconds(1) }
            state.isProbing = true
            return .zero
        }
        guard let wait else { return false }
        if wait > .zero { throw .circuitOpen(retryAfterSeconds: wait.inSeconds.rounded(.up)) }
        return true
    }

    private func succeeded() {
        state.withLock { state in
            state.failures = 0
            state.openUntil = nil
            state.isProbing = false
        }
    }

    private func failed(with error: any Error, isProbe: Bool) {
        let now = time.now()
        state.withLock { state in
            if isProbe { state.isProbing = false }
            // note: leaving clients and full queues say nothing of the guard
            if error is CancellationError { return }
            if case GuardError.overloaded = error { return }
            state.failures += 1
            if isProbe || state.failures >= bounds.failuresToOpen {
                state.openUntil = now + .seconds(bounds.openSeconds)
            }
        }
    }

    // MARK: - Queue

    /// Waits for a place, then judges. The place is given back when the guard is really done, even after the deadline.
    private func inTurn(_ inputs: [GuardInput]) async throws -> [Verdict] {
        try await takePlace()
        defer { givePlace() }
        try Task.checkCancellation()
        return try await inner.judge(inputs)
    }

    private func takePlace() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let gotPlace = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.running < bounds.concurrency {
                        state.running += 1
                        return true
                    }
                    guard state.waiting.count < bounds.queue else { return false }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            waiter?.resume(returning: false)
        }
        guard gotPlace else {
            try Task.checkCancellation()
            throw GuardError.overloaded(waiting: bounds.queue)
        }
    }

    private func givePlace() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}

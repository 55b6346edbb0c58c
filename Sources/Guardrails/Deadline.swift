import Synchronization

/// Runs `work` and gives its result, or nil when `limit` passes first.
///
/// Work that is late is cancelled and left behind: one that does not heed cancellation cannot hold the caller.
public func withDeadline<Result: Sendable>(
    _ limit: Duration, _ time: TimeSource, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    let race = Race<Result?>()
    let worker = Task { race.finish(await Swift.Result { try await work() }.map(Optional.some)) }
    let timer = Task {
        try await time.sleep(limit)
        race.finish(.success(nil))
    }
    defer {
        worker.cancel()
        timer.cancel()
    }
    return try await withTaskCancellationHandler {
        try await race.winner
    } onCancel: {
        race.finish(.failure(CancellationError()))
    }
}

/// The first of several results, whoever brings it.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case decided(Result<Value, any Error>)
        case told
    }

    private let state = Mutex(State.open)

    func finish(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .open:
                state = .decided(result)
                return nil
            case .awaited(let continuation):
                state = .told
                return continuation
            case .decided, .told: return nil
            }
        }
        waiting?.resume(with: result)
    }

    var winner: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let decided: Result<Value, any Error>? = state.withLock { state in
                    if case .decided(let result) = state {
                        state = .told
                        return result
                    }
                    state = .awaited(continuation)
                    return nil
                }
                if let decided { continuation.resume(with: decided) }
            }
        }
    }
}

extension Result where Failure == any Error {
    /// The outcome of asynchronous work.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

import GRDB
import Synchronization

/// Gathers writes that wait at the same time into one transaction, so that one write to the device makes all of them durable.
///
/// Each write is a savepoint of its own: one that fails leaves the others alone. Nobody is told of success before the
/// transaction is committed.
final class CommitQueue: Sendable {
    private let database: any DatabaseWriter
    private let state = Mutex((waiting: [PendingWrite](), isRunning: false))
    private static let batchLimit = 256

    init(_ database: any DatabaseWriter) { self.database = database }

    /// Runs `body` in a transaction; returns when it is on the device.
    func write<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let write = PendingWrite(body, continuation)
            let starts = state.withLock { state in
                state.waiting.append(write)
                defer { state.isRunning = true }
                return !state.isRunning
            }
            if starts { runNext() }
        }
    }

    private func runNext() {
        database.asyncWriteWithoutTransaction { db in
            let batch = self.state.withLock { state in
                let batch = Array(state.waiting.prefix(Self.batchLimit))
                state.waiting.removeFirst(batch.count)
                return batch
            }
            Self.commit(batch, db)
            let goesOn = self.state.withLock { state in
                state.isRunning = !state.waiting.isEmpty
                return state.isRunning
            }
            if goesOn { self.runNext() }
        }
    }

    private static func commit(_ batch: [PendingWrite], _ db: Database) {
        do {
            try db.beginTransaction(.immediate)
            for write in batch {
                write.run(db)
                // Full disks and failed writes end the whole transaction, whoever met them.
                guard db.isInsideTransaction else { throw write.failure ?? DatabaseError(resultCode: .SQLITE_ABORT) }
            }
            try db.commit()
        } catch {
            if db.isInsideTransaction { try? db.rollback() }
            for write in batch { write.finish(failingWith: error) }
            return
        }
        for write in batch { write.finish() }
    }
}

/// One write that waits, runs, and is told how it ended. Used by the database's queue alone once it has been taken from the
/// waiting ones.
private final class PendingWrite: Sendable {
    private enum Outcome: Sendable {
        case none
        case success(@Sendable () -> Void)
        case failure(any Error)
    }

    private let body: @Sendable (Database) throws -> @Sendable () -> Void
    private let fail: @Sendable (any Error) -> Void
    private let outcome = Mutex(Outcome.none)

    init<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result, _ continuation: CheckedContinuation<Result, any Error>
    ) {
        self.body = { db in
            let result = try body(db)
            return { continuation.resume(returning: result) }
        }
        fail = { continuation.resume(throwing: $0) }
    }

    var failure: (any Error)? {
        outcome.withLock { if case .failure(let error) = $0 { error } else { nil } }
    }

    func run(_ db: Database) {
        do {
            try db.inSavepoint {
                let succeed = try body(db)
                outcome.withLock { $0 = .success(succeed) }
                return .commit
            }
        } catch {
            outcome.withLock { $0 = .failure(error) }
        }
    }

    func finish() {
        switch outcome.withLock({ $0 }) {
        case .success(let succeed): succeed()
        case .failure(let error): fail(error)
        case .none: fail(DatabaseError(resultCode: .SQLITE_ABORT))
        }
    }

    func finish(failingWith error: any Error) { fail(failure ?? error) }
}

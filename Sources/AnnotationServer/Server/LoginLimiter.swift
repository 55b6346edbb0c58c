import Synchronization

/// Counts wrong passwords by name, so that nobody can try many: ten in a quarter of an hour, then the name has to wait.
final class LoginLimiter: Sendable {
    private static let limit = 10
    private static let windowMilliseconds: Int64 = 15 * 60_000
    private static let namesKept = 10_000

    private let failures = Mutex<[String: (count: Int, since: Int64)]>([:])

    func isAllowed(_ name: String, now: Int64) -> Bool {
        failures.withLock { failures in
            guard let found = failures[name.lowercased()], now - found.since < Self.windowMilliseconds else { return true }
            return found.count < Self.limit
        }
    }

    func failed(_ name: String, now: Int64) {
        failures.withLock { failures in
            if failures.count >= Self.namesKept { failures = failures.filter { now - $0.value.since < Self.windowMilliseconds } }
            if failures.count >= Self.namesKept { failures.removeAll() }
            let key = name.lowercased()
            let found = failures[key].flatMap { now - $0.since < Self.windowMilliseconds ? $0 : nil }
            failures[key] = ((found?.count ?? 0) + 1, found?.since ?? now)
        }
    }

    func succeeded(_ name: String) { failures.withLock { $0[name.lowercased()] = nil } }
}

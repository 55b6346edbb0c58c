import Synchronization

/// Whether the server takes requests, and how many it works on.
package final class ServerState: Sendable {
    private let state = Mutex((running: 0, isDraining: false))

    package init() {}

    package var running: Int { state.withLock { $0.running } }
    package var isDraining: Bool { state.withLock { $0.isDraining } }

    package func drain() { state.withLock { $0.isDraining = true } }

    /// A place for a request of this caller, within the server's limit and the caller's own.
    package func admit(_ caller: Caller, limit: Int) throws(WireError) -> Permit {
        guard enter(limit: limit) else { throw .busy("\(limit) requests are being worked on already") }
        do throws(WireError) { try caller.admit() } catch {
            leave()
            throw error
        }
        return Permit {
            caller.leave()
            self.leave()
        }
    }

    private func enter(limit: Int) -> Bool {
        state.withLock { state in
            guard state.running < limit else { return false }
            state.running += 1
            return true
        }
    }

    private func leave() { state.withLock { $0.running -= 1 } }
}

/// A place among the requests that are worked on; given back once, at the latest when nobody holds it any more.
package final class Permit: Sendable {
    private let action: Mutex<(@Sendable () -> Void)?>

    init(_ action: @escaping @Sendable () -> Void) { self.action = Mutex(action) }

    package func giveBack() {
        let action = action.withLock { action in
            defer { action = nil }
            return action
        }
        action?()
    }

    deinit { giveBack() }
}

import Synchronization

/// Workspaces that are not in use: every call of `encode` borrows one, so that calls on several threads neither wait
/// for one another nor forget the words they have seen.
final class WorkspacePool: Sendable {
    private struct Idle: ~Copyable, @unchecked Sendable {
        var workspaces: [EncodingWorkspace] = []
    }

    /// note: a workspace is reachable either from here or from the one call that took it out, never from both.
    private let idle = Mutex(Idle())

    init() {}

    func borrow<Result>(_ body: (EncodingWorkspace) -> Result) -> Result {
        let workspace = idle.withLock { $0.workspaces.popLast() } ?? EncodingWorkspace()
        defer { idle.withLock { $0.workspaces.append(workspace) } }
        return body(workspace)
    }
}

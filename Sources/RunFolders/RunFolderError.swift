/// What can be wrong with a run folder or a checkpoint in it.
public enum RunFolderError: Error, Equatable, Sendable {
    /// Another process works in this folder.
    case locked(path: String, owner: LockOwner?)
    /// A new run was asked for where one already is.
    case exists(path: String)
    /// A new run was asked for in a folder with other things in it.
    case notEmpty(path: String, found: String)
    /// A run was expected in a folder that lacks what makes it one.
    case notARun(path: String, missing: String)
    /// A checkpoint's files and its manifest do not agree; every difference.
    case damaged(path: String, problems: [String])
    /// A run that is to go on has another configuration or other inputs than it began with; every difference.
    case changed(path: String, differences: [String])
    /// A file of the run's own records cannot be understood.
    case unreadable(path: String, reason: String)
}

extension RunFolderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .locked(let path, let owner):
            "\(path) is in use by \(owner?.description ?? "another process"); "
                + "wait for it to end, stop it, or choose another folder with --output"
        case .exists(let path):
            "\(path) already holds a run; choose another folder with --output, or continue it with --resume"
        case .notEmpty(let path, let found):
            "\(path) is not empty (it holds \(found)); choose a new or empty folder with --output"
        case .notARun(let path, let missing): "\(path) is not a run folder: \(missing) is missing"
        case .damaged(let path, let problems): "the checkpoint \(path) is damaged:" + listed(problems)
        case .changed(let path, let differences):
            "\(path) cannot be continued, since this differs from when it was started:" + listed(differences)
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        }
    }

    private func listed(_ lines: [String]) -> String { lines.map { "\n  " + $0 }.joined() }
}

/// What can be wrong with a run folder or a checkpoint in it.
public enum RunFolderError: Error, Equatable {
    case unreadable(path: String, reason: String)
    /// Another process trains in this folder.
    case locked(path: String, owner: Int32)
    case exists(path: String)
    case notARun(path: String, missing: String)
    /// What a checkpoint's manifest says and what the files are do not agree; every difference.
    case damaged(path: String, problems: [String])
    /// A resumed run has other inputs than the one that was interrupted; every difference.
    case changed(path: String, differences: [String])
}

extension RunFolderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .locked(let path, let owner):
            "\(path) is in use by process \(owner); wait for it to end, stop it, or choose another folder with --output"
        case .exists(let path): "\(path) already holds a run; choose another folder with --output, or continue it with --resume"
        case .notARun(let path, let missing): "\(path) is not a run folder: \(missing) is missing"
        case .damaged(let path, let problems):
            "the checkpoint \(path) is damaged:\n" + problems.map { "  " + $0 }.joined(separator: "\n")
        case .changed(let path, let differences):
            "\(path) cannot be resumed, since this differs from when it was started:\n"
                + differences.map { "  " + $0 }.joined(separator: "\n")
        }
    }
}

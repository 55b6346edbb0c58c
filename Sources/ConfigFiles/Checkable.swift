/// A configuration that can say everything that is wrong with it.
public protocol Checkable {
    /// One sentence per value that cannot be right, with its path, what was found and what is allowed; empty when the
    /// configuration can run.
    func problems() -> [String]
}

extension Checkable {
    /// The same where this configuration stands at `path` in a larger one.
    public func problems(_ path: String) -> [String] { problems().map { path + "." + $0 } }
}

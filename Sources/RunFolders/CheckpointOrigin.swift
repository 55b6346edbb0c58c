/// Where a checkpoint comes from, as its manifest records it.
public struct CheckpointOrigin: Equatable, Sendable {
    /// The fingerprint of the run's configuration and inputs; empty when the checkpoint belongs to no run.
    public var run: String
    /// The version of the program that wrote it.
    public var codeVersion: String
    /// What was changed in the run's configuration and inputs, on request, since it began.
    public var acceptedChanges: [String]

    public init(run: String = "", codeVersion: String = "", acceptedChanges: [String] = []) {
        self.run = run
        self.codeVersion = codeVersion
        self.acceptedChanges = acceptedChanges
    }
}

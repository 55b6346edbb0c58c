/// Everything that is wrong with a configuration, in one error.
public struct ConfigError: Error, Equatable, Sendable {
    /// The file, or "the command line" when there is none.
    public var origin: String
    /// One sentence each: the path of the value, its place, what was found, what was expected.
    public var problems: [String]
    /// `usage`, unless the file could not be read at all.
    public var exitStatus: ExitStatus

    public init(origin: String, problems: [String], exitStatus: ExitStatus = .usage) {
        self.origin = origin
        self.problems = problems
        self.exitStatus = exitStatus
    }
}

extension ConfigError: ExitCoded {}

extension ConfigError: CustomStringConvertible {
    public var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return "\(count) in the configuration (\(origin)):\n" + problems.map { "  " + $0 }.joined(separator: "\n")
    }
}

/// Why a chat template cannot be understood or rendered: which construct, in which line of the template, and what is
/// wrong with it.
public struct TemplateError: Error, Equatable, Sendable {
    /// Line of the template, from 1.
    public var line: Int
    /// What was being read or done: `filter "tojson"`, `for`, `"a" + none`.
    public var construct: String
    /// What is wrong, and what would be right.
    public var reason: String

    public init(line: Int, construct: String, reason: String) {
        self.line = line
        self.construct = construct
        self.reason = reason
    }
}

extension TemplateError: CustomStringConvertible {
    public var description: String { "chat template, line \(line): \(construct): \(reason)" }
}

/// Everything about a checkpoint that does not fit the model, in one error.
public struct WeightsError: Error, Equatable {
    public enum Problem: Equatable, Sendable {
        /// The model needs it, the checkpoint does not have it.
        case missing(name: String, shape: [Int])
        case misshapen(name: String, found: [Int], expected: [Int])
        /// The checkpoint has it, no layer asked for it.
        case leftOver(name: String)
    }

    /// The checkpoint's path.
    public var origin: String
    public var problems: [Problem]

    public init(origin: String, problems: [Problem]) { (self.origin, self.problems) = (origin, problems) }
}

extension WeightsError: CustomStringConvertible {
    public var description: String {
        let lines = problems.map { problem in
            switch problem {
            case .missing(let name, let shape): "  missing    \(name) \(shape)"
            case .misshapen(let name, let found, let expected): "  misshapen  \(name): found \(found), expected \(expected)"
            case .leftOver(let name): "  left over  \(name)"
            }
        }
        return """
            \(origin) does not fit the model its config describes (\(problems.count) tensors):
            \(lines.joined(separator: "\n"))
            Check that config.json belongs to these weights.
            """
    }
}

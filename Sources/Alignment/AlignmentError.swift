/// What the algorithms refuse to work on.
public enum AlignmentError: Error, Equatable {
    /// Different numbers of prompt and response lengths, or none at all.
    case unpairedLengths(prompts: Int, responses: Int)
    /// A row without a prompt token or without a response token.
    case emptySpan(row: Int, promptLength: Int, responseLength: Int)
    /// A tensor whose shape does not fit the batch it came with.
    case misshapen(name: String, found: [Int], expected: String)
    /// A saved multiplier that cannot be continued under the present configuration.
    case invalidMultiplierState(field: String, found: String, expected: String)
}

extension AlignmentError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unpairedLengths(let prompts, let responses):
            "found \(prompts) prompt lengths and \(responses) response lengths; "
                + "a batch needs one of each for every row, and at least one row"
        case .emptySpan(let row, let promptLength, let responseLength):
            "row \(row) has a prompt of \(promptLength) and a response of \(responseLength) tokens; "
                + "both need at least 1, and the end token counts as part of the response"
        case .misshapen(let name, let found, let expected):
            "\(name) has the shape \(found), expected \(expected)"
        case .invalidMultiplierState(let field, let found, let expected):
            "the saved multiplier's \(field) is \(found), expected \(expected); "
                + "continue with the configuration that it was saved under, or start a new run"
        }
    }
}

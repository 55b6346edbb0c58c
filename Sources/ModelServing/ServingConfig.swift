/// What a model that serves may take, with its defaults.
public struct ServingConfig: Codable, Equatable, Sendable {
    /// Responses that are written at the same time.
    public var rows = 16
    /// Requests that may wait for a place; the next one is refused at once.
    public var waitingRequests = 64
    /// Seconds that a request may wait for a place.
    public var waitingSeconds = 60.0
    /// Memory for keys and values, in MiB. While rows join or leave, one layer of it is there twice.
    public var cacheMebibytes = 1024
    /// Tokens of new prompts that are read between two steps of the responses that are being written; one prompt at least.
    public var promptTokensPerStep = 2048
    /// Tokens of one prompt, pictures included; 0: as many as the model reads.
    public var promptTokens = 0
    /// Tokens of a response whose request sets no limit of its own.
    public var defaultNewTokens = 512

    public init() {}

    /// One sentence for each value that cannot be right.
    public func problems(at path: String) -> [String] {
        let positive: [(String, Double)] = [
            ("rows", Double(rows)), ("waitingSeconds", waitingSeconds), ("cacheMebibytes", Double(cacheMebibytes)),
            ("promptTokensPerStep", Double(promptTokensPerStep)), ("defaultNewTokens", Double(defaultNewTokens)),
        ]
        let notNegative = [("waitingRequests", waitingRequests), ("promptTokens", promptTokens)]
        return positive.filter { !($0.1 > 0) }.map { "\(path).\($0.0) must be above 0, found \($0.1)" }
            + notNegative.filter { $0.1 < 0 }.map { "\(path).\($0.0) must be at least 0, found \($0.1)" }
    }
}

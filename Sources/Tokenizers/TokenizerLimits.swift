/// How much a tokenizer's files may hold. What is larger is refused before work is spent on it.
public struct TokenizerLimits: Sendable, Equatable {
    /// Bytes of `tokenizer.json`.
    public var maximumFileBytes = 64 << 20
    /// Bytes of each of the small files beside it: configuration, special tokens, chat template.
    public var maximumConfigBytes = 4 << 20
    /// Tokens of the vocabulary; also the bound of every id.
    public var maximumTokens = 1_000_000
    /// Merges.
    public var maximumMerges = 2_000_000
    /// UTF-8 bytes of one token as the file writes it.
    public var maximumTokenBytes = 1024

    public init() {}

    /// 64 MiB, a million tokens of at most 1 KiB, two million merges: twice the largest published vocabularies.
    public static let `default` = TokenizerLimits()
}

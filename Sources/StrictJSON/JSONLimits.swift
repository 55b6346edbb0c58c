/// How large a document may be. Reading stops with an error at the first limit passed, before memory is spent on it.
public struct JSONLimits: Sendable {
    /// Bytes of the whole document.
    public var maximumBytes: Int
    /// Arrays and objects inside one another; 0 allows only a bare value.
    public var maximumDepth: Int
    /// Values of every kind in the document, keys not counted.
    public var maximumNodes: Int

    public init(maximumBytes: Int = 64 << 20, maximumDepth: Int = 64, maximumNodes: Int = 16 << 20) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumNodes = maximumNodes
    }

    /// 64 MiB, 64 levels, 16,777,216 values: enough for the largest tokenizer files.
    public static let `default` = JSONLimits()

    /// One line of a JSONL file: 16 MiB, 64 levels, 1,048,576 values.
    public static let line = JSONLimits(maximumBytes: 16 << 20, maximumNodes: 1 << 20)
}

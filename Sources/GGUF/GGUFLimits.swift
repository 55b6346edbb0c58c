/// How large a GGUF file may declare itself. Reading stops before memory is spent beyond them.
public struct GGUFLimits: Sendable, Equatable {
    /// Bytes before the tensors' data: metadata (the vocabulary is there) and the table of tensors.
    public var maximumHeaderBytes = 128 << 20
    public var maximumMetadataKeys = 10_000
    /// Elements of all arrays in the metadata together.
    public var maximumArrayElements = 8_000_000
    /// Arrays inside arrays.
    public var maximumArrayDepth = 4
    public var maximumTensors = 200_000
    /// UTF-8 bytes of one key of the metadata; the format allows 65,535.
    public var maximumKeyBytes = 65_535
    /// UTF-8 bytes of one text in the metadata.
    public var maximumTextBytes = 4 << 20
    /// UTF-8 bytes of one tensor's name.
    public var maximumNameBytes = 512
    /// Dimensions of one tensor; the format allows 4.
    public var maximumRank = 4

    public init() {}

    /// 128 MiB before the data, 10,000 keys, 8,000,000 elements in arrays, 200,000 tensors.
    public static let `default` = GGUFLimits()
}

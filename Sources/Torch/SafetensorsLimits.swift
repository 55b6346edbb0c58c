/// How large a safetensors file may declare itself. Reading stops before memory is spent beyond them, and writing keeps
/// to the same, so that what was written can be read.
public struct SafetensorsLimits: Sendable {
    /// Bytes of the header. The format itself allows at most 100,000,000.
    public var maximumHeaderBytes: Int
    public var maximumTensors: Int
    /// UTF-8 bytes of one tensor's name.
    public var maximumNameBytes: Int
    /// Dimensions of one tensor.
    public var maximumRank: Int
    /// Files that an index may spread a model over.
    public var maximumShards: Int

    public init(
        maximumHeaderBytes: Int = 16 << 20, maximumTensors: Int = 200_000, maximumNameBytes: Int = 512,
        maximumRank: Int = 8, maximumShards: Int = 512
    ) {
        self.maximumHeaderBytes = min(maximumHeaderBytes, 100_000_000)
        self.maximumTensors = maximumTensors
        self.maximumNameBytes = maximumNameBytes
        self.maximumRank = maximumRank
        self.maximumShards = maximumShards
    }

    /// A header of 16 MiB, 200,000 tensors, names of 512 bytes, 8 dimensions, 512 files.
    public static let `default` = SafetensorsLimits()
}

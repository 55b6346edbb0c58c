/// How much a file may ask for. What a file declares is compared with these before memory is spent on it.
public struct ParquetLimits: Sendable, Equatable {
    /// Of the metadata at the end of the file.
    public var footerBytes = 16 << 20
    /// Of one row group, decoded, as declared.
    public var rowGroupBytes = 256 << 20
    /// Rows of one row group.
    public var rowGroupRows = 1 << 20
    /// What decoding one file may take at a time, whatever it declares.
    public var memoryBytes = 512 << 20

    public init() {}

    /// 16 MiB of footer; 256 MiB and 1,048,576 rows a row group; 512 MiB of memory.
    public static let `default` = ParquetLimits()
}

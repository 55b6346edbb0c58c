/// How much reading a data set may take.
public struct ReadingLimits: Sendable, Equatable {
    /// Rows that were read are kept for the next time up to this many bytes, by row groups; one group is always kept.
    /// Shuffled reading is fast when the split fits.
    public var cacheBytes = 256 << 20
    /// Of a picture file that a row names.
    public var pictureBytes = 10 << 20

    public init() {}

    /// 256 MiB of rows, 10 MiB a picture file.
    public static let `default` = ReadingLimits()
}

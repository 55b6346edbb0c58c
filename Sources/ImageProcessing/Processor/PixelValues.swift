/// A picture as a vision tower reads it: normalised numbers, one plane per channel.
public struct PixelValues: Sendable, Equatable {
    /// 3: red, green, blue.
    public var channels: Int
    public var height, width: Int
    /// `channels × height × width` numbers: the whole red plane row by row, then green, then blue.
    public var values: [Float]

    /// - Parameter values: `channels × height × width` numbers; another count is a programming mistake and traps.
    public init(channels: Int, height: Int, width: Int, values: [Float]) {
        precondition(
            values.count == channels * height * width,
            "PixelValues: \(values.count) values for [\(channels), \(height), \(width)]")
        self.channels = channels
        self.height = height
        self.width = width
        self.values = values
    }
}

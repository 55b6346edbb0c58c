/// Width and height of a picture, in pixels.
public struct PixelSize: Sendable, Equatable, Hashable {
    public var width, height: Int

    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
}

extension Image {
    public var size: PixelSize { PixelSize(width: width, height: height) }
}

extension ImageHeader {
    /// The size that the decoded picture will have.
    public var uprightSize: PixelSize {
        orientation.exchangesSides ? PixelSize(width: height, height: width) : PixelSize(width: width, height: height)
    }
}

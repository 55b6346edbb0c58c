/// A decoded picture: 8-bit red, green and blue, upright, without transparency.
///
/// Two images are equal when their sizes and all their pixels are.
public struct Image: Sendable, Equatable {
    let raster: Raster

    /// Pixels in a row, at least 1.
    public var width: Int { raster.width }
    /// Rows, at least 1.
    public var height: Int { raster.height }
    /// `height × width × 3` bytes: row by row from the top, each pixel red, green, blue.
    public var pixels: [UInt8] { raster.pixels }

    /// An image of the given pixels.
    ///
    /// - Parameter pixels: `height × width × 3` bytes in the order of `pixels`.
    /// - Throws: `ImageError.wrongPixelCount` if a side is below 1 or the count of bytes is another.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(ImageError) {
        raster = try Raster(checking: pixels, width: width, height: height, channels: 3)
    }

    init(_ raster: Raster) {
        self.raster = raster
    }
}

/// A decoded picture that keeps its transparency: 8-bit red, green, blue and alpha, colours not premultiplied.
public struct RGBAImage: Sendable, Equatable {
    let raster: Raster

    /// Pixels in a row, at least 1.
    public var width: Int { raster.width }
    /// Rows, at least 1.
    public var height: Int { raster.height }
    /// `height × width × 4` bytes: row by row from the top, each pixel red, green, blue, alpha (255 is opaque).
    public var pixels: [UInt8] { raster.pixels }

    /// An image of the given pixels.
    ///
    /// - Parameter pixels: `height × width × 4` bytes in the order of `pixels`.
    /// - Throws: `ImageError.wrongPixelCount` if a side is below 1 or the count of bytes is another.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(ImageError) {
        raster = try Raster(checking: pixels, width: width, height: height, channels: 4)
    }

    init(_ raster: Raster) {
        self.raster = raster
    }
}

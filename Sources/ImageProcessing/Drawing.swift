extension Image {
    /// This picture with `overlay` drawn over it by its alpha, the overlay's top left corner at (`x`, `y`).
    ///
    /// What lies outside this picture is cut off; coordinates may be negative.
    public func drawing(_ overlay: RGBAImage, atX x: Int, y: Int) -> Image {
        let columns = visible(start: x, count: overlay.width, limit: width)
        let rows = visible(start: y, count: overlay.height, limit: height)
        var result = pixels
        result.withUnsafeMutableBufferPointer { target in
            overlay.raster.pixels.withUnsafeBufferPointer { source in
                for row in rows {
                    for column in columns {
                        let from = (row * overlay.width + column) * 4
                        let to = ((y + row) * width + x + column) * 3
                        for channel in 0..<3 {
                            target[to + channel] = blended(
                                source[from + channel], over: target[to + channel], alpha: source[from + 3])
                        }
                    }
                }
            }
        }
        return Image(raster.replacingPixels(with: result))
    }

    /// The part of `0..<count` that lies in `0..<limit` after moving it by `start`.
    private func visible(start: Int, count: Int, limit: Int) -> Range<Int> {
        guard start < limit, start > -count else { return 0..<0 }
        return max(0, -start)..<min(count, limit - start)
    }
}

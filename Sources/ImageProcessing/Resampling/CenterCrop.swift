/// A centre crop along one axis: which positions are kept, and where they lie in the result.
struct CenterCrop {
    /// Positions of the old axis that are kept, at least one.
    let kept: Range<Int>
    /// Where the kept ones begin in the new axis; what is before and behind them is filled with zeros.
    let start: Int
    /// Positions of the new axis.
    let count: Int

    /// Cropping `length` positions to `count`, both at least 1.
    init(of length: Int, to count: Int) {
        precondition(count > 0, "cropping to \(count) pixels")
        self.count = count
        if length >= count {
            kept = ((length - count) / 2)..<((length - count) / 2 + count)
            start = 0
        } else {
            kept = 0..<length
            start = (count - length + 1) / 2
        }
    }
}

extension Raster {
    /// These pixels, which are those that the crops keep, in the place that the crops give them, on black.
    func placed(_ columns: CenterCrop, _ rows: CenterCrop) -> Raster {
        if columns.count == width, rows.count == height { return self }
        return Raster.filled(width: columns.count, height: rows.count, with: [0, 0, 0])
            .pasting(self, atX: columns.start, y: rows.start)
    }

    /// A picture of one colour.
    static func filled(width: Int, height: Int, with colour: [UInt8]) -> Raster {
        Raster(width: width, height: height, channels: colour.count) { target in
            for index in target.indices { target[index] = colour[index % colour.count] }
        }
    }

    /// This picture with `part` in place of its own pixels, top left corner at (`x`, `y`); it must fit.
    func pasting(_ part: Raster, atX x: Int, y: Int) -> Raster {
        precondition(x >= 0 && y >= 0 && x + part.width <= width && y + part.height <= height, "the part must fit")
        var result = pixels
        for row in 0..<part.height {
            let start = (y + row) * stride + x * channels
            result.replaceSubrange(
                start..<(start + part.stride), with: part.pixels[(row * part.stride)..<((row + 1) * part.stride)])
        }
        return replacingPixels(with: result)
    }
}

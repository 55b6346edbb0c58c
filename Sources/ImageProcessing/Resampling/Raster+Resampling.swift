// Resizing in two passes, along rows and along columns, with 8-bit pixels in between: the arithmetic of Pillow's
// `Image.resize`, integer for integer.

extension Raster {
    /// This picture at `width × height`, of which only the given columns and rows are made (all, if not said).
    func resized(
        width newWidth: Int, height newHeight: Int, filter: ResamplingFilter, columns: Range<Int>? = nil,
        rows: Range<Int>? = nil
    ) -> Raster {
        precondition(newWidth > 0 && newHeight > 0, "resizing to \(newWidth) × \(newHeight) pixels")
        let columns = columns ?? 0..<newWidth
        let rows = rows ?? 0..<newHeight
        let across = axis(from: width, to: newWidth, outputs: columns, filter)
        let down = axis(from: height, to: newHeight, outputs: rows, filter)
        let needed = cropped(columns: across?.inputs ?? columns, rows: down?.inputs ?? rows)
        return isVerticalFirst(newWidth, newHeight)
            ? needed.resampledDown(down).resampledAcross(across)
            : needed.resampledAcross(across).resampledDown(down)
    }

    /// The weights of a pass, or nil if there is nothing to do.
    private func axis(from count: Int, to newCount: Int, outputs: Range<Int>, _ filter: ResamplingFilter)
        -> ResamplingAxis?
    {
        count == newCount ? nil : ResamplingAxis(from: count, to: newCount, outputs: outputs, filter: filter)
    }

    /// Rounding in between makes the order of the passes visible. This is the rule of Pillow 13; earlier releases go
    /// along rows first, which differs, by at most a few units of 255, where the height shrinks the most.
    private func isVerticalFirst(_ newWidth: Int, _ newHeight: Int) -> Bool {
        newHeight < height && height - newHeight > 2 * (width - newWidth)
    }

    /// The part inside the given columns and rows, which must lie in this picture.
    func cropped(columns: Range<Int>, rows: Range<Int>) -> Raster {
        if columns == 0..<width, rows == 0..<height { return self }
        var part: [UInt8] = []
        part.reserveCapacity(columns.count * rows.count * channels)
        for row in rows {
            let start = row * stride
            part += pixels[(start + columns.lowerBound * channels)..<(start + columns.upperBound * channels)]
        }
        return Raster(width: columns.count, height: rows.count, channels: channels, pixels: part)
    }

    /// The horizontal pass. This picture has only the columns that the axis needs.
    private func resampledAcross(_ axis: ResamplingAxis?) -> Raster {
        guard let axis else { return self }
        return Raster(width: axis.count, height: height, channels: channels) { target in
            pixels.withUnsafeBufferPointer { source in
                axis.weights.withUnsafeBufferPointer { weights in
                    for row in 0..<height {
                        var to = row * axis.count * channels
                        for column in 0..<axis.count {
                            let firstWeight = column * axis.weightsPerOutput
                            let start = row * stride + axis.starts[column] * channels
                            for channel in 0..<channels {
                                var sum = Self.half
                                var from = start + channel
                                for index in firstWeight..<(firstWeight + axis.counts[column]) {
                                    sum &+= Int32(source[from]) &* weights[index]
                                    from += channels
                                }
                                target[to] = Self.rounded(sum)
                                to += 1
                            }
                        }
                    }
                }
            }
        }
    }

    /// The vertical pass. This picture has only the rows that the axis needs.
    private func resampledDown(_ axis: ResamplingAxis?) -> Raster {
        guard let axis else { return self }
        let rowBytes = stride
        return Raster(width: width, height: axis.count, channels: channels) { target in
            pixels.withUnsafeBufferPointer { source in
                var sums = [Int32](repeating: 0, count: rowBytes)
                sums.withUnsafeMutableBufferPointer { sums in
                    for row in 0..<axis.count {
                        sums.update(repeating: Self.half)
                        for offset in 0..<axis.counts[row] {
                            let weight = axis.weights[row * axis.weightsPerOutput + offset]
                            let start = (axis.starts[row] + offset) * rowBytes
                            for index in 0..<rowBytes { sums[index] &+= Int32(source[start + index]) &* weight }
                        }
                        for index in 0..<rowBytes { target[row * rowBytes + index] = Self.rounded(sums[index]) }
                    }
                }
            }
        }
    }

    private static let half = Int32(1) << (ResamplingAxis.fractionBits - 1)

    @inline(__always)
    private static func rounded(_ sum: Int32) -> UInt8 {
        UInt8(clamping: sum &>> ResamplingAxis.fractionBits)
    }
}

// Resizing in two passes, first along rows, then along columns, with 8-bit pixels in between: the arithmetic of Pillow's
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
        let vertical = ResamplingAxis(from: height, to: newHeight, outputs: rows, filter: filter)
        let neededRows = newHeight == height ? rows : vertical.inputs

        let across =
            newWidth == width
            ? cropped(columns: columns, rows: neededRows)
            : resampledAcross(
                ResamplingAxis(from: width, to: newWidth, outputs: columns, filter: filter), rows: neededRows)
        return newHeight == height ? across : across.resampledDown(vertical, firstRow: neededRows.lowerBound)
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

    /// The horizontal pass over `rows`.
    private func resampledAcross(_ axis: ResamplingAxis, rows: Range<Int>) -> Raster {
        Raster(width: axis.outputs.count, height: rows.count, channels: channels) { target in
            pixels.withUnsafeBufferPointer { source in
                axis.weights.withUnsafeBufferPointer { weights in
                    for (y, row) in rows.enumerated() {
                        let sourceRow = UnsafeBufferPointer(rebasing: source[(row * stride)..<((row + 1) * stride)])
                        var to = y * axis.outputs.count * channels
                        for x in 0..<axis.outputs.count {
                            let start = axis.starts[x] * channels
                            for channel in 0..<channels {
                                var sum = Self.half
                                var from = start + channel
                                for index in (x * axis.weightsPerOutput)..<(x * axis.weightsPerOutput + axis.counts[x]) {
                                    sum &+= Int32(sourceRow[from]) &* weights[index]
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

    /// The vertical pass; this picture's first row is row `firstRow` of what the axis counts.
    private func resampledDown(_ axis: ResamplingAxis, firstRow: Int) -> Raster {
        let rowBytes = stride
        return Raster(width: width, height: axis.outputs.count, channels: channels) { target in
            pixels.withUnsafeBufferPointer { source in
                var sums = [Int32](repeating: 0, count: rowBytes)
                sums.withUnsafeMutableBufferPointer { sums in
                    for y in 0..<axis.outputs.count {
                        sums.update(repeating: Self.half)
                        for offset in 0..<axis.counts[y] {
                            let weight = axis.weights[y * axis.weightsPerOutput + offset]
                            let start = (axis.starts[y] + offset - firstRow) * rowBytes
                            for index in 0..<rowBytes { sums[index] &+= Int32(source[start + index]) &* weight }
                        }
                        for index in 0..<rowBytes { target[y * rowBytes + index] = Self.rounded(sums[index]) }
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

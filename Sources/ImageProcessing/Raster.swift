/// Interleaved 8-bit pixels of one to four channels: what `Image` and `RGBAImage` are made of.
///
/// The count of bytes is `width × height × channels`, checked where pixels come from outside; that is what allows the
/// loops over pixels to use unchecked buffers.
struct Raster: Sendable, Equatable {
    let width, height, channels: Int
    let pixels: [UInt8]

    /// Bytes in a row.
    var stride: Int { width * channels }

    init(checking pixels: [UInt8], width: Int, height: Int, channels: Int) throws(ImageError) {
        let (area, areaOverflows) = width.multipliedReportingOverflow(by: height)
        let (count, countOverflows) = area.multipliedReportingOverflow(by: channels)
        guard width > 0, height > 0, !areaOverflows, !countOverflows, count == pixels.count else {
            throw .wrongPixelCount(width: width, height: height, channels: channels, found: pixels.count)
        }
        self.init(width: width, height: height, channels: channels, pixels: pixels)
    }

    /// A raster whose `fill` must write every byte of the buffer.
    init(width: Int, height: Int, channels: Int, fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        let count = width * height * channels
        precondition(width > 0 && height > 0, "a picture of \(width) × \(height) pixels")
        (self.width, self.height, self.channels) = (width, height, channels)
        pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initializedCount = count
        }
    }

    /// Pixels that are known to fill the size.
    init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
    }

    /// The same size with other pixels, as many as before.
    func replacingPixels(with pixels: [UInt8]) -> Raster {
        precondition(pixels.count == self.pixels.count, "\(pixels.count) bytes where \(self.pixels.count) belong")
        return Raster(width: width, height: height, channels: channels, pixels: pixels)
    }

    /// A raster with one pixel per pixel of this one; `pixel` reads `channels` bytes and writes `newChannels`.
    func mapPixels(
        to newChannels: Int, _ pixel: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
    ) -> Raster {
        Raster(width: width, height: height, channels: newChannels) { target in
            pixels.withUnsafeBufferPointer { source in
                guard var input = source.baseAddress, var output = target.baseAddress else { return }
                for _ in 0..<(width * height) {
                    pixel(input, output)
                    input += channels
                    output += newChannels
                }
            }
        }
    }
}

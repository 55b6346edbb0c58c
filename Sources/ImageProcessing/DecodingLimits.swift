/// What a picture file may cost. All limits are checked before a pixel is decoded.
public struct DecodingLimits: Sendable, Equatable {
    /// Bytes of the file.
    public var maximumBytes: Int
    /// Width times height, as the header says.
    public var maximumPixels: Int
    /// The longer of width and height, as the header says.
    public var maximumSide: Int
    /// Scans of a JPEG file: a progressive file repeats its whole picture in each; ordinary ones have at most a dozen.
    public var maximumScans: Int

    /// 10 MiB, 16,777,216 pixels, 8,192 pixels a side, 64 scans.
    public static let `default` = DecodingLimits()

    public init(
        maximumBytes: Int = 10 << 20, maximumPixels: Int = 1 << 24, maximumSide: Int = 8192, maximumScans: Int = 64
    ) {
        self.maximumBytes = maximumBytes
        self.maximumPixels = maximumPixels
        self.maximumSide = maximumSide
        self.maximumScans = maximumScans
    }

    func check(byteCount: Int) throws(ImageError) {
        guard byteCount <= maximumBytes else { throw .tooManyBytes(found: byteCount, limit: maximumBytes) }
    }

    func check(width: Int, height: Int) throws(ImageError) {
        let (area, overflows) = width.multipliedReportingOverflow(by: height)
        guard max(width, height) <= maximumSide, !overflows, area <= maximumPixels else {
            throw .tooLarge(width: width, height: height, maximumPixels: maximumPixels, maximumSide: maximumSide)
        }
    }
}

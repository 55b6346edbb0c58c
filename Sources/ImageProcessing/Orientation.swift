/// How stored pixels must be turned to stand upright. The raw values are those of EXIF's tag 0x0112.
public enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    /// Left and right exchanged.
    case mirrored = 2
    case turnedOver = 3
    /// Top and bottom exchanged.
    case flipped = 4
    /// Rows become columns.
    case transposed = 5
    /// By 90 degrees clockwise.
    case turnedClockwise = 6
    /// Rows become columns, then turned over.
    case transversed = 7
    /// By 90 degrees counterclockwise.
    case turnedCounterclockwise = 8

    /// Whether turning exchanges width and height.
    public var exchangesSides: Bool { rawValue > 4 }
}

extension Raster {
    /// These pixels after turning; a new pixel (x, y) is the old one at `start + x·across + y·down`, counted in pixels.
    func turned(_ orientation: Orientation) -> Raster {
        if orientation == .upright { return self }
        let last = width * height - 1
        let lastRow = width * (height - 1)
        let (start, across, down) =
            switch orientation {
            case .upright: (0, 1, width)
            case .mirrored: (width - 1, -1, width)
            case .turnedOver: (last, -1, -width)
            case .flipped: (lastRow, 1, -width)
            case .transposed: (0, width, 1)
            case .turnedClockwise: (lastRow, -width, 1)
            case .transversed: (last, -width, -1)
            case .turnedCounterclockwise: (width - 1, width, -1)
            }
        let (newWidth, newHeight) = orientation.exchangesSides ? (height, width) : (width, height)
        return Raster(width: newWidth, height: newHeight, channels: channels) { target in
            pixels.withUnsafeBufferPointer { source in
                var to = 0
                for y in 0..<newHeight {
                    for x in 0..<newWidth {
                        let from = (start + x * across + y * down) * channels
                        for channel in 0..<channels { target[to + channel] = source[from + channel] }
                        to += channels
                    }
                }
            }
        }
    }
}

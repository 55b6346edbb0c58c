import Testing

@testable import ImageProcessing

@Suite("Orientation")
struct OrientationTests {
    /// 1 2 3 over 4 5 6, one channel.
    let raster = Raster(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])

    @Test(
        "turns pixels as EXIF means it",
        arguments: [
            (1, [1, 2, 3, 4, 5, 6]), (2, [3, 2, 1, 6, 5, 4]), (3, [6, 5, 4, 3, 2, 1]), (4, [4, 5, 6, 1, 2, 3]),
            (5, [1, 4, 2, 5, 3, 6]), (6, [4, 1, 5, 2, 6, 3]), (7, [6, 3, 5, 2, 4, 1]), (8, [3, 6, 2, 5, 1, 4]),
        ] as [(Int, [UInt8])])
    func byHand(number: Int, pixels: [UInt8]) throws {
        let orientation = try #require(Orientation(rawValue: number))
        let turned = raster.turned(orientation)
        #expect(turned.pixels == pixels)
        #expect([turned.width, turned.height] == (orientation.exchangesSides ? [2, 3] : [3, 2]))
    }

    @Test("keeps the channels of a pixel together")
    func channels() {
        let colours = Raster(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
        #expect(colours.turned(.mirrored).pixels == [4, 5, 6, 1, 2, 3])
    }

    @Test("is found in EXIF data of either byte order and of three integer types")
    func parsing() {
        #expect(
            orientation([0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0])
                == .turnedClockwise)
        #expect(
            orientation([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0])
                == .turnedCounterclockwise)
        #expect(
            orientation([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 4, 0, 1, 0, 0, 0, 3, 0, 0, 0]) == .turnedOver)
        #expect(orientation([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 1, 0, 1, 0, 0, 0, 2, 0, 0, 0]) == .mirrored)
    }

    @Test(
        "is upright where EXIF data makes no sense",
        arguments: [
            [], [0x49], [0x49, 0x49, 42, 0], [0x58, 0x58, 42, 0, 8, 0, 0, 0],
            // the directory lies beyond the end, at the greatest offset, and ends before its entry does
            [0x49, 0x49, 42, 0, 99, 0, 0, 0], [0x49, 0x49, 42, 0, 255, 255, 255, 255],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 255, 255, 0x12, 1, 3, 0, 1],
            // a value, a count and a type out of range
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 2, 0, 0, 0, 6, 0, 0, 0],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 2, 0, 1, 0, 0, 0, 6, 0, 0, 0],
        ] as [[UInt8]])
    func nonsense(exif: [UInt8]) {
        #expect(orientation(exif) == .upright)
    }

    @Test("does not look behind the first scan of a JPEG file")
    func hidden() {
        let exif: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
        let file = [0xFF, 0xD8] + segment(0xDA, [0]) + segment(0xE1, Array("Exif\0\0".utf8) + exif) + [0xFF, 0xD9]
        #expect(Orientation(ofFile: file, .jpeg) == .upright)
    }

    /// The orientation of a JPEG file that has nothing but an EXIF segment.
    private func orientation(_ exif: [UInt8]) -> Orientation {
        Orientation(ofFile: [0xFF, 0xD8] + segment(0xE1, Array("Exif\0\0".utf8) + exif) + [0xFF, 0xD9], .jpeg)
    }

    private func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0xFF, marker, 0, UInt8(payload.count + 2)] + payload
    }
}

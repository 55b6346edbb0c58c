import Testing

@testable import ImageProcessing

@Suite("Decoding limits")
struct LimitTests {
    @Test("count the bytes of the file", arguments: ["rgb-8.png", "rgb-420.jpg", "lossy.webp"])
    func bytes(name: String) throws {
        let file = try Goldens.file(name)
        _ = try Image.decode(file, limits: DecodingLimits(maximumBytes: file.count))
        #expect(throws: ImageError.tooManyBytes(found: file.count, limit: file.count - 1)) {
            try Image.decode(file, limits: DecodingLimits(maximumBytes: file.count - 1))
        }
    }

    @Test("count the pixels of the header", arguments: ["rgb-8.png", "rgb-420.jpg", "lossy.webp"])
    func pixels(name: String) throws {
        let file = try Goldens.file(name)
        _ = try Image.decode(file, limits: DecodingLimits(maximumPixels: 23 * 18, maximumSide: 23))
        #expect(throws: ImageError.tooLarge(width: 23, height: 18, maximumPixels: 23 * 18 - 1, maximumSide: 23)) {
            try Image.decode(file, limits: DecodingLimits(maximumPixels: 23 * 18 - 1, maximumSide: 23))
        }
        #expect(throws: ImageError.tooLarge(width: 23, height: 18, maximumPixels: 23 * 18, maximumSide: 22)) {
            try RGBAImage.decode(file, limits: DecodingLimits(maximumPixels: 23 * 18, maximumSide: 22))
        }
    }

    @Test("count the scans of a progressive JPEG file")
    func scans() throws {
        let file = try Goldens.file("progressive.jpg")
        let scans = JPEGMarkers.scanCount(of: file)
        #expect(scans == 10)
        #expect(try JPEGMarkers.scanCount(of: Goldens.file("restart-markers.jpg")) == 1)
        #expect(throws: ImageError.tooManyScans(found: 10, limit: 9)) {
            try Image.decode(file, limits: DecodingLimits(maximumScans: 9))
        }
    }

    @Test(
        "stop a PNG bomb by its header, before it is inflated",
        arguments: [(8193, 1), (1, 8193), (4096, 4097), (50_000, 50_000), (0x7FFF_FFFF, 0x7FFF_FFFF)]
            as [(UInt32, UInt32)])
    func bomb(width: UInt32, height: UInt32) throws {
        // No pixel follows the header, so a decoder that went on would say that the file is truncated.
        let file = PNGFile.signature + PNGFile.header(width: width, height: height) + PNGFile.chunk("IDAT", [])
        #expect(
            throws: ImageError.tooLarge(
                width: Int(width), height: Int(height), maximumPixels: 1 << 24, maximumSide: 8192)
        ) { try Image.decode(file) }
    }

    @Test("let the largest picture through to the decoder")
    func atTheLimit() throws {
        let file = PNGFile.signature + PNGFile.header(width: 8192, height: 2048) + PNGFile.chunk("IDAT", [])
        #expect { try Image.decode(file) } throws: { error in
            if case ImageError.damaged(.png, _) = error { true } else { false }
        }
    }

    @Test("stop a JPEG and a WebP file that promise too much")
    func otherBombs() throws {
        var jpeg = try Goldens.file("rgb-444.jpg")
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
        #expect(throws: ImageError.tooLarge(width: 65_500, height: 65_500, maximumPixels: 1 << 24, maximumSide: 8192)) {
            try Image.decode(jpeg)
        }
        var webP = try Goldens.file("lossless.webp")
        // VP8L: 14 bits of width − 1, then 14 bits of height − 1, behind the signature byte.
        webP.replaceSubrange(21..<25, with: [0xFF, 0xFF, 0xFF, 0x0F])
        #expect(throws: ImageError.tooLarge(width: 16_384, height: 16_384, maximumPixels: 1 << 24, maximumSide: 8192)) {
            try Image.decode(webP)
        }
    }
}

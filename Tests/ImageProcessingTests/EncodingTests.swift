import Testing

@testable import ImageProcessing

@Suite("Encoding")
struct EncodingTests {
    @Test("gives the same pixels back from PNG", arguments: [(1, 1), (1, 40), (40, 1), (23, 18)])
    func png(width: Int, height: Int) throws {
        let image = try picture(width, height)
        #expect(try Image.decode(image.encodedPNG()) == image)
        let bytes = pictureBytes(width, height, channels: 4)
        let withAlpha = try RGBAImage(width: width, height: height, pixels: bytes)
        #expect(try RGBAImage.decode(withAlpha.encodedPNG()) == withAlpha)
    }

    @Test("gives nearly the same pixels back from JPEG")
    func jpeg() throws {
        // One colour survives but for the rounding of two colour conversions and one quantisation step of 1 to 2.
        let plain = Image(Raster.filled(width: 20, height: 9, with: [200, 30, 90]))
        let back = try Image.decode(plain.encodedJPEG(quality: 100))
        #expect(zip(back.pixels, plain.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
    }

    @Test("makes smaller JPEG files at lower quality, and bounds the quality")
    func quality() throws {
        let image = try picture(64, 48)
        #expect(try image.encodedJPEG(quality: 20).count < image.encodedJPEG(quality: 90).count)
        #expect(try image.encodedJPEG(quality: -5) == image.encodedJPEG(quality: 1))
        #expect(try image.encodedJPEG(quality: 500) == image.encodedJPEG(quality: 100))
    }

    @Test("refuses a JPEG with a side that JPEG cannot express")
    func tooLong() throws {
        let thread = Image(Raster.filled(width: 65_501, height: 1, with: [1, 2, 3]))
        #expect(throws: ImageError.encodingFailed(.jpeg, reason: "JPEG ends at 65500 pixels a side")) {
            try thread.encodedJPEG()
        }
    }

    @Test("gives the same bytes for the same pixels")
    func deterministic() throws {
        #expect(try picture(31, 17).encodedPNG() == picture(31, 17).encodedPNG())
        #expect(try picture(31, 17).encodedJPEG() == picture(31, 17).encodedJPEG())
    }
}

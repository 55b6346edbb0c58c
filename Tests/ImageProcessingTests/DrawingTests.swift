import Testing

@testable import ImageProcessing

@Suite("Drawing")
struct DrawingTests {
    let ground = Image(Raster.filled(width: 3, height: 2, with: [100, 100, 100]))

    @Test("mixes by alpha")
    func mixes() throws {
        let overlay = try RGBAImage(width: 3, height: 1, pixels: [200, 0, 100, 255, 200, 0, 100, 0, 200, 0, 100, 51])
        // 51 / 255 is one fifth.
        let lowerRow: [UInt8] = [200, 0, 100, 100, 100, 100, 120, 80, 100]
        #expect(Array(ground.drawing(overlay, atX: 0, y: 1).pixels.suffix(9)) == lowerRow)
        #expect(ground.drawing(overlay, atX: 0, y: 1).pixels.prefix(9).allSatisfy { $0 == 100 })
    }

    @Test(
        "cuts off what lies outside",
        arguments: [(-1, -1, [0]), (2, 1, [5]), (1, 0, [1, 2, 4, 5]), (3, 0, []), (0, -2, []), (Int.max, Int.min, [])]
            as [(Int, Int, [Int])])
    func cuts(x: Int, y: Int, changed: [Int]) throws {
        let overlay = RGBAImage(Raster.filled(width: 2, height: 2, with: [0, 0, 0, 255]))
        let result = ground.drawing(overlay, atX: x, y: y).pixels
        #expect((0..<6).filter { result[$0 * 3] == 0 } == changed)
    }
}

@Suite("Images from pixels")
struct ImageTests {
    @Test("must be filled exactly")
    func counts() throws {
        #expect(throws: ImageError.wrongPixelCount(width: 2, height: 1, channels: 3, found: 5)) {
            try Image(width: 2, height: 1, pixels: [1, 2, 3, 4, 5])
        }
        #expect(throws: ImageError.wrongPixelCount(width: 0, height: 1, channels: 4, found: 0)) {
            try RGBAImage(width: 0, height: 1, pixels: [])
        }
        // 2⁶² · 4 is 0 in 64 bits, and so is 2⁶¹ · 2 · 4.
        #expect(throws: ImageError.wrongPixelCount(width: 1 << 62, height: 4, channels: 3, found: 0)) {
            try Image(width: 1 << 62, height: 4, pixels: [])
        }
        #expect(throws: ImageError.wrongPixelCount(width: 1 << 61, height: 2, channels: 4, found: 0)) {
            try RGBAImage(width: 1 << 61, height: 2, pixels: [])
        }
        #expect(throws: ImageError.wrongPixelCount(width: -1, height: -3, channels: 3, found: 9)) {
            try Image(width: -1, height: -3, pixels: [UInt8](repeating: 0, count: 9))
        }
    }
}

@Suite("Image errors")
struct ImageErrorTests {
    @Test("say what is wrong, what was expected and what to do")
    func sentences() {
        let sentences: [(ImageError, String)] = [
            (
                .unknownFormat(name: "GIF", firstBytes: []),
                "the picture is a GIF file, which is not decoded here: convert it to PNG, JPEG or WebP"
            ),
            (
                .unknownFormat(name: nil, firstBytes: [0, 0xAB]),
                "the picture begins with 00 ab, which is neither PNG, JPEG nor WebP"
            ),
            (
                .tooManyBytes(found: 11, limit: 10),
                "the picture file has 11 bytes, more than the 10 allowed: make it smaller or raise the limit"
            ),
            (
                .animated(.png, frames: 3),
                "the PNG file is an animation of 3 frames, and a still picture is needed: save one frame of it"
            ),
            (
                .animated(.webP, frames: 0),
                "the WebP file is an animation, and a still picture is needed: save one frame of it"
            ),
            (.damaged(.jpeg, reason: "x"), "the JPEG file is truncated or damaged (x): make it again from its source"),
        ]
        for (error, sentence) in sentences { #expect(error.description == sentence) }
    }
}

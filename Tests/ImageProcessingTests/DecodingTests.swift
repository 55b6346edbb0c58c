import StrictJSON
import Testing

@testable import ImageProcessing

@Suite("Decoding")
struct DecodingTests {
    @Test("equals Pillow's pixels, laid on white, for every kind of file", arguments: Goldens.fileNames())
    func golden(name: String) throws {
        let golden = try golden(name)
        let image = try Image.decode(Goldens.file(name))
        #expect(try [image.width, image.height] == [Int(golden.number("width")), Int(golden.number("height"))])
        #expect(try greatestDifference(image.pixels, golden.bytes("rgb")) <= tolerance(name))
    }

    @Test("equals Pillow's pixels where transparency is kept or dropped", arguments: Goldens.fileNames())
    func transparency(name: String) throws {
        let golden = try golden(name)
        guard golden["rgba"] != nil else { return }
        let kept = try RGBAImage.decode(Goldens.file(name))
        let discarded = try Image.decode(Goldens.file(name), alpha: .discard)
        #expect(try greatestDifference(kept.pixels, golden.bytes("rgba")) <= tolerance(name))
        #expect(try greatestDifference(discarded.pixels, golden.bytes("discarded")) <= tolerance(name))
    }

    @Test(
        "makes a file without transparency opaque",
        arguments: ["rgb-8.png", "grey-4.png", "rgb-420.jpg", "cmyk.jpg", "lossy.webp"])
    func opaque(name: String) throws {
        let image = try Image.decode(Goldens.file(name))
        let withAlpha = try RGBAImage.decode(Goldens.file(name))
        for index in 0..<(image.width * image.height) {
            let colour = image.pixels[(index * 3)..<(index * 3 + 3)]
            #expect(Array(withAlpha.pixels[(index * 4)..<(index * 4 + 4)]) == Array(colour) + [255])
        }
    }

    @Test("refuses animations", arguments: ["animated.png", "animated.webp"])
    func animations(name: String) throws {
        let file = try Goldens.file(name)
        let header = try ImageHeader(of: file)
        #expect(header.isAnimated)
        #expect(throws: ImageError.animated(header.format, frames: header.frames)) { try Image.decode(file) }
    }

    @Test("reads headers without decoding")
    func headers() throws {
        let palette = try ImageHeader(of: Goldens.file("palette-transparent.png"))
        #expect(palette.format == .png && palette.bitDepth == 8 && palette.channels == 1 && palette.hasAlpha)
        let deep = try ImageHeader(of: Goldens.file("grey-alpha-16.png"))
        #expect(deep.bitDepth == 16 && deep.channels == 2 && deep.frames == 1 && !deep.isAnimated)
        let print = try ImageHeader(of: Goldens.file("ycck.jpg"))
        #expect(print.format == .jpeg && print.isCMYK && print.channels == 4 && !print.hasAlpha)
        let turned = try ImageHeader(of: Goldens.file("exif-6.jpg"))
        #expect(turned.orientation == .turnedClockwise && turned.width == 23 && turned.height == 18)
        #expect(try ImageHeader(of: Goldens.file("lossy-alpha.webp")).hasAlpha)
        #expect(try ImageHeader(of: Goldens.file("animated.png")).frames == 3)
    }

    @Test("says which format a file seems to have")
    func foreignFormats() {
        #expect(throws: ImageError.unknownFormat(name: "GIF", firstBytes: Array("GIF89a".utf8))) {
            try Image.decode(Array("GIF89a".utf8))
        }
        #expect(throws: ImageError.unknownFormat(name: nil, firstBytes: [])) { try Image.decode([]) }
        #expect(throws: ImageError.unknownFormat(name: nil, firstBytes: [1, 2, 3])) { try Image.decode([1, 2, 3]) }
    }

    private func golden(_ name: String) throws -> JSONValue {
        let golden = try Goldens.list("files").first { $0["file"]?.string == name }
        return try #require(golden)
    }

    /// Lossy WebP may differ by one between versions of libwebp, whose upsampling is not fixed by the format; everything
    /// else is exact.
    private func tolerance(_ name: String) -> Int {
        name.hasPrefix("lossy") ? 1 : 0
    }

    private func greatestDifference(_ first: [UInt8], _ second: [UInt8]) throws -> Int {
        try #require(first.count == second.count)
        return zip(first, second).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}

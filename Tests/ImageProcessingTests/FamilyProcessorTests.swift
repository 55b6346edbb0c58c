import StrictJSON
import Testing

@testable import ImageProcessing

/// By golden: transformers' processors of each family on their Pillow backend.
@Suite("Picture processors of every family")
struct FamilyProcessorTests {
    private func values(_ type: String, _ config: JSONObject, _ image: Image) throws -> [Float] {
        switch type {
        case "Qwen2VLImageProcessor": try PatchProcessor(json: .object(config)).process(image)
        case "LlavaNextImageProcessor": try TileProcessor(json: .object(config)).process(image).flatMap(\.values)
        default: try SplittingProcessor(json: .object(config)).process(image).flatMap(\.values)
        }
    }

    @Test("give the reference's bytes before normalisation, and its numbers after it")
    func golden() throws {
        for golden in try Goldens.list("families") {
            let (type, size) = (try golden.text("type"), try golden.size("from"))
            var config = try #require(golden["config"]?.object)
            config["image_processor_type"] = .string(type)
            let image = try picture(size.width, size.height)

            let found = try values(type, config, image)
            let count = try Int(golden.number("count"))
            #expect(found.count == count, "\(type) \(size)")
            let expected = try floats(golden.bytes("values"))
            let sampled = stride(from: 0, to: found.count, by: 97).map { found[$0] }
            #expect(sampled.count == expected.count)
            // Both sides do the same operations in the same precision.
            #expect(zip(sampled, expected).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(type) \(size)")

            (config["do_rescale"], config["do_normalize"]) = (false, false)
            let raw = try values(type, config, image)
            #expect(try fnv1a(raw.map { UInt8($0) }) == golden.text("fnv1a"), "\(type) \(size)")
        }
    }

    /// By hand, from the rules of the paper: sides to multiples of 28, the area between 3136 and 200704.
    @Test("patches: sizes are rounded to even multiples, then brought into range")
    func smartResize() throws {
        var processor = PatchProcessor()
        processor.pixels = 3136...200_704
        #expect(try processor.resized(PixelSize(width: 42, height: 70)) == PixelSize(width: 56, height: 56))
        #expect(try processor.resized(PixelSize(width: 300, height: 100)) == PixelSize(width: 308, height: 112))
        #expect(try processor.resized(PixelSize(width: 1000, height: 1000)) == PixelSize(width: 448, height: 448))
        #expect(try processor.resized(PixelSize(width: 10, height: 10)) == PixelSize(width: 56, height: 56))
        #expect(throws: ImageError.extremeShape(width: 201, height: 1, maximumRatio: 200)) {
            try processor.resized(PixelSize(width: 201, height: 1))
        }
    }

    @Test("files come back as they were written, and what is wrong with them is listed")
    func files() throws {
        var patches = PatchProcessor()
        (patches.patchSize, patches.pixels, patches.values.filter) = (16, 100...2000, .bilinear)
        #expect(try PatchProcessor(json: patches.json) == patches)
        var tiles = TileProcessor()
        (tiles.tile.resize, tiles.tile.crop) = (.shortestEdge(336), .center(width: 336, height: 336))
        #expect(try TileProcessor(json: tiles.json) == tiles)
        var parts = SplittingProcessor()
        (parts.longestEdge, parts.partSide, parts.splits) = (512, 128, false)
        #expect(try SplittingProcessor(json: parts.json) == parts)

        #expect(throws: ImageProcessorConfigError.self) { try PatchProcessor(json: ["min_pixels": 10, "max_pixels": 5]) }
        #expect(throws: ImageProcessorConfigError.self) { try PatchProcessor(json: ["image_processor_type": "CLIPImageProcessor"]) }
        #expect(throws: ImageProcessorConfigError.self) { try TileProcessor(json: ["image_grid_pinpoints": [[100, 200]]]) }
        #expect(throws: ImageProcessorConfigError.self) { try SplittingProcessor(json: ["size": ["height": 3, "width": 3]]) }
    }

    private func floats(_ bytes: [UInt8]) -> [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            Float(bitPattern: bytes[start..<(start + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        }
    }
}

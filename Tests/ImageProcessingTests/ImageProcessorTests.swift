import StrictJSON
import Testing

@testable import ImageProcessing

@Suite("Image processor")
struct ImageProcessorTests {
    @Test("equals transformers' CLIP and LLaVA processors")
    func golden() throws {
        for golden in try Goldens.list("processors") {
            let name = try golden.text("name")
            let size = try golden.size("from")
            let config = try ImageProcessorConfig(json: #require(golden["config"]))
            let result = try ImageProcessor(config).process(picture(size.width, size.height))
            #expect(
                [result.channels, result.height, result.width] == golden["shape"]?.array?.compactMap(\.integer),
                "\(name)")

            let step = try Int(golden.number("step"))
            let found = stride(from: 0, to: result.values.count, by: step).map { result.values[$0] }
            let expected = try floats(golden.bytes("values"))
            try #require(found.count == expected.count, "\(name)")
            // The task's bound; here both sides do the same operations in the same precision.
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(name)")

            let sum = result.values.reduce(0.0) { $0 + Double($1) }
            // 3 · 336² single-precision numbers, each off by at most 1e-6.
            #expect(try abs(sum - golden.number("sum")) <= 1e-6 * Double(result.values.count), "\(name)")
        }
    }

    @Test("refuses to make a picture of extreme shape enormous when no crop follows")
    func extremeShape() throws {
        var config = ImageProcessorConfig()
        let thread = try Image(width: 1, height: 3000, pixels: [UInt8](repeating: 9, count: 9000))
        #expect(try ImageProcessor(config).process(thread).values.count == 3 * 224 * 224)
        config.crop = .none
        #expect(
            throws: ImageError.resizesTooLarge(
                width: 1, height: 3000, toWidth: 224, toHeight: 672_000, maximumPixels: 1 << 24)
        ) {
            try ImageProcessor(config).process(thread)
        }
    }

    private func floats(_ bytes: [UInt8]) -> [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            Float(bitPattern: bytes[start..<(start + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        }
    }
}

@Suite("Image processor config")
struct ImageProcessorConfigTests {
    @Test("has CLIP's values where a file is silent")
    func defaults() throws {
        #expect(try ImageProcessorConfig(json: [:]) == ImageProcessorConfig())
        #expect(try ImageProcessorConfig(json: ["size": nil, "resample": nil]) == ImageProcessorConfig())
    }

    @Test("reads the old form of CLIP's files, with numbers for sizes")
    func oldForm() throws {
        let config = try ImageProcessorConfig(json: [
            "crop_size": 336, "feature_extractor_type": "CLIPFeatureExtractor", "resample": 3, "size": 336,
            "image_mean": [0.5, 0.5, 0.5], "image_std": 0.25,
        ])
        #expect(config.resize == .shortestEdge(336))
        #expect(config.crop == .center(width: 336, height: 336))
        #expect(config.mean == SIMD3(repeating: 0.5) && config.standardDeviation == SIMD3(repeating: 0.25))
    }

    @Test("comes back from the file that it writes")
    func roundTrip() throws {
        var config = ImageProcessorConfig()
        config.padsToSquare = true
        config.resize = .exactly(width: 40, height: 30)
        config.filter = .lanczos
        config.crop = .center(width: 20, height: 10)
        config.rescaleFactor = 1 / 127.5
        #expect(try ImageProcessorConfig(json: JSONValue(parsing: config.json.serialized())) == config)

        config = ImageProcessorConfig()
        (config.resize, config.crop, config.rescaleFactor) = (.keep, .none, 1)
        (config.mean, config.standardDeviation) = (.zero, .one)
        #expect(try ImageProcessorConfig(json: config.json) == config)
    }

    @Test("lists everything that is wrong with a file")
    func problems() {
        #expect(
            problems(["size": "large", "resample": 0, "do_rescale": 1, "do_dance": true]) == [
                "do_dance is a step that is not known here; "
                    + "known: do_resize, do_center_crop, do_rescale, do_normalize, do_convert_rgb, do_pad",
                "size must be an integer, {shortest_edge} or {height, width}, found \"large\"",
                "resample must be 1 (Lanczos), 2 (bilinear) or 3 (bicubic), found 0",
                "do_rescale must be true or false, found 1",
            ])
        #expect(
            problems(["crop_size": 0, "image_std": [1, 0, 1]]) == [
                "crop_size.width must be 1 to 16384 pixels, found 0",
                "crop_size.height must be 1 to 16384 pixels, found 0",
                "image_std must be a finite number above 0, found 0.0",
            ])
        #expect(
            problems([
                "size": ["shortest_edge": 9, "longest_edge": 20], "crop_size": ["height": 1, "width": 2, "depth": 3],
            ]) == [
                "size must be an integer, {shortest_edge} or {height, width}, found {\"shortest_edge\":9,\"longest_edge\":20}",
                "crop_size must be an integer or {height, width}, found {\"height\":1,\"width\":2,\"depth\":3}",
            ])
        #expect(
            problems(["image_processor_type": "Qwen2VLImageProcessor"]) == [
                "image_processor_type must be one of CLIPImageProcessor, CLIPFeatureExtractor, LlavaImageProcessor, "
                    + "found \"Qwen2VLImageProcessor\""
            ])
        #expect(
            problems(["do_pad": true]) == [
                "do_pad is known for LlavaImageProcessor only, found it in CLIPImageProcessor"
            ])
        #expect(problems([]) == ["expected an object, found array"])
    }

    private func problems(_ json: JSONValue) -> [String] {
        do throws(ImageProcessorConfigError) {
            _ = try ImageProcessorConfig(json: json)
            return []
        } catch {
            return error.problems
        }
    }
}

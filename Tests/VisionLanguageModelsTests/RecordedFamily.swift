import Conversations
import Foundation
import ImageProcessing
import StrictJSON
import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// A tiny checkpoint of one family and what transformers computed with it, recorded by `Tests/Goldens/record_families.py`.
struct RecordedFamily {
    let name: String
    let folder: URL
    let golden: SafetensorsFile

    static let withPictures = [
        "llava_llama3", "qwen2_vl", "qwen2_5_vl", "llava_next_vicuna", "llava_next_mistral", "smolvlm", "idefics3",
    ]
    static let languageModels = ["llama", "mistral", "qwen2", "smollm"]
    static let all = withPictures + languageModels

    init(_ name: String) throws {
        Engine.threadCount = 1
        self.name = name
        folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/families/\(name)")
        golden = try SafetensorsFile(folder.appending(path: "golden.safetensors"))
    }

    func model(_ dtype: DType = .float32) throws -> VisionLanguageModel { try .load(folder, dtype: dtype) }
    func processor() throws -> Processor { try Processor(readingFrom: folder) }
    func config() throws -> any ModelConfig { try ModelFamily.config(readingFrom: folder) }
    func tensor(_ name: String, _ row: Int) throws -> Tensor { try golden.tensor("\(name).\(row)") }

    func tokens(_ row: Int) throws -> [Int32] { try tensor("tokens", row).integers().map(Int32.init) }

    /// The script's `ROWS`: a picture and a text; two pictures of other sizes among texts; text alone.
    func conversations() throws -> [Conversation] {
        func image(_ width: Int, _ height: Int) throws -> [ContentPart] {
            guard Self.withPictures.contains(name) else { return [] }
            return [.image(EncodedImage(bytes: try picture(width, height).encodedPNG()))]
        }
        let rows: [[ContentPart]] = [
            try image(40, 20) + [.text("what is it?")],
            try [.text("first")] + image(9, 11) + [.text(" then")] + image(20, 60) + [.text("which is safe?")],
            [.text("how are you?")],
        ]
        return rows.map { Conversation(messages: [Message(role: .user, parts: $0)]) }
    }

    func samples() throws -> [EncodedSample] {
        let processor = try processor()
        return try conversations().map { try processor.encode($0, addGenerationPrompt: true) }
    }

    func features(_ sample: EncodedSample, _ trunk: Trunk) throws -> [VisionFeatures] {
        let processor = try processor()
        return try trunk.visionFeatures(sample.images.map(processor.pictureInput))
    }

    /// The given rows as one rectangle.
    func inputs(
        _ trunk: Trunk, rows: [Int] = [0, 1, 2], padding side: PaddingSide = .right, extraColumns: Int = 0,
        appending written: [[Int32]] = [[], [], []]
    ) throws -> ModelInputs {
        let samples = try samples()
        return try batch(
            rows.map { samples[$0].tokens + written[$0] },
            features: rows.flatMap { try features(samples[$0], trunk) }, padding: side, extraColumns: extraColumns)
    }
}

/// The formula of the recording scripts: slopes, a lattice and hard edges.
func picture(_ width: Int, _ height: Int) throws -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for c in 0..<3 {
                pixels.append(
                    UInt8(truncatingIfNeeded: x * 7 + y * 13 + c * 50 + (x * y) % 31 * 5 + ((x ^ y) & 15) * 9))
            }
        }
    }
    return try Image(width: width, height: height, pixels: pixels)
}

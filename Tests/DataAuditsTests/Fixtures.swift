import Conversations
import Foundation
import ImageProcessing
import PreferenceData

/// A new folder that is removed with the value's last reference.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "data-audits-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ path: String) -> URL { url.appending(path: path) }
}

/// A smooth picture that no other number gives: a few waves of its own phases and directions.
func scene(_ number: Int, width: Int = 96, height: Int = 72) -> Image {
    var state = UInt64(number &+ 1) &* 0x9E37_79B9_7F4A_7C15
    func random() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 33) / Double(1 << 31)
    }
    let waves = (0..<6).map { _ in (x: 1 + 7 * random(), y: 1 + 7 * random(), phase: 6.28 * random(), size: 20 + 20 * random()) }
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            let (u, v) = (Double(x) / Double(width), Double(y) / Double(height))
            let level = waves.reduce(128.0) { $0 + $1.size * sin(3 * ($1.x * u + $1.y * v) + $1.phase) }
            let grey = UInt8(min(max(level, 0), 255))
            pixels += [grey, grey / 2 + 40, 255 - grey]
        }
    }
    return (try? Image(width: width, height: height, pixels: pixels)) ?? flat(0)
}

func flat(_ level: UInt8) -> Image {
    guard let image = try? Image(width: 8, height: 8, pixels: Array(repeating: level, count: 192)) else { preconditionFailure() }
    return image
}

func row(_ picture: [UInt8], _ question: String = "What is in this picture?", category: String = "animal_abuse") -> QuestionAnswerRow {
    QuestionAnswerRow(
        question: question, image: EncodedImage(bytes: picture), category: category, imageSeverity: 1,
        response: "This is the answer to your question.", isResponseSafe: "yes")
}

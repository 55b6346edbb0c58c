import ChatServers
import Foundation
import ImageProcessing
import Logging
import ModelServer
import ModelServing
import NIOHTTP1
import StrictJSON
import TestPeers
import Testing
import VisionLanguageModels

/// A model server that runs for the time of one test, with a tiny checkpoint recorded by `Tests/Goldens/record_families.py`.
struct Rig: Sendable {
    static let model = "tiny"

    let port: Int
    let scheduler: ModelScheduler

    static func folder(_ family: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/families/\(family)")
    }

    static func run(
        family: String = "llava_llama3", _ change: (inout ModelServerConfig) -> Void = { _ in },
        body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        var config = ModelServerConfig()
        config.port = 0
        change(&config)
        #expect(config.problems().isEmpty)
        let scheduler = try ModelScheduler(folder(family), config.serving)
        let server = ModelServer(config, scheduler: scheduler, modelName: model, logger: .silent)
        try await HTTPPeer.serving(server.run) { try await body(Rig(port: $0, scheduler: scheduler)) }
    }

    // MARK: - Asking

    typealias Answer = HTTPAnswer

    func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> Answer { try await HTTPPeer(port: port).send(method, path, body, headers: headers) }

    static let json = [("content-type", "application/json")]

    func chat(_ more: JSONObject = [:], content: JSONValue = "how are you?") async throws -> Answer {
        try await send(.POST, "/v1/chat/completions", Self.body(more, content: content), headers: Self.json)
    }

    /// A request for a greedy answer of eight tokens, unless something else is said.
    static func body(_ more: JSONObject = [:], content: JSONValue = "how are you?") -> [UInt8] {
        var body: JSONObject = [
            "model": .string(model), "messages": [["role": "user", "content": content]], "temperature": 0,
            "max_tokens": 8,
        ]
        for member in more.members { body[member.key] = member.value }
        return JSONValue.object(body).serializedBytes()
    }
}

func pictureURL(_ width: Int, _ height: Int, hasPatch: Bool = false) throws -> String {
    var pixels = (0..<(width * height * 3)).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / width * 13) }
    if hasPatch {
        for y in 2..<14 {
            for x in 3..<15 {
                let at = (y * width + x) * 3
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (255, 0, 255)
            }
        }
    }
    let bytes = try Image(width: width, height: height, pixels: pixels).encodedPNG()
    return "data:image/png;base64," + Data(bytes).base64EncodedString()
}

func picturePart(_ url: String) -> JSONValue { ["type": "image_url", "image_url": ["url": .string(url)]] }

import AsyncHTTPClient
import ChatServers
import Foundation
import ImageProcessing
import Logging
import ModelServer
import ModelServing
import NIOCore
import NIOHTTP1
import StrictJSON
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
        let server = ModelServer(config, scheduler: scheduler, modelName: model, logger: silent)
        try await serving(server.run) { try await body(Rig(port: $0, scheduler: scheduler)) }
    }

    /// Runs `body` with the port of a server that runs as long.
    static func serving(
        _ run: @escaping @Sendable (@escaping @Sendable (Int) async -> Void) async throws -> Void,
        _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, found) = AsyncStream<Int>.makeStream()
            group.addTask { try await run { found.yield($0) } }
            do { try await body(await ports.first { _ in true } ?? 0) } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            while let _ = await group.nextResult() {}
        }
    }

    static let silent: Logger = {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return logger
    }()

    // MARK: - Asking

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
        var errorCode: String? { json["error"]?["code"]?.string }
        var choices: [JSONValue] { json["choices"]?.array ?? [] }
        var content: String? { choices.first?["message"]?["content"]?.string }

        /// The data of an event stream.
        var events: [JSONValue] {
            text.split(separator: "\n\n").filter { $0.hasPrefix("data: ") && $0 != "data: [DONE]" }
                .compactMap { try? JSONValue(parsing: String($0.dropFirst(6))) }
        }

        func streamed(_ index: Int = 0) -> String {
            parts(index).compactMap { $0["delta"]?["content"]?.string }.joined()
        }

        func finishReason(_ index: Int = 0) -> String? { parts(index).compactMap { $0["finish_reason"]?.string }.last }

        private func parts(_ index: Int) -> [JSONValue] {
            events.flatMap { $0["choices"]?.array ?? [] }.filter { $0["index"]?.integer == index }
        }
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> Answer { try await Self.send(port, method, path, body, headers: headers) }

    static func send(
        _ port: Int, _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, bytes: Array(bytes.readableBytesView))
    }

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

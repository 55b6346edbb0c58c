public import AsyncHTTPClient
public import Logging
import NIOCore
public import NIOHTTP1
public import StrictJSON

/// A client of a server on this machine.
public struct HTTPPeer: Sendable {
    public let port: Int
    private let client: HTTPClient

    public init(port: Int, client: HTTPClient = .shared) { (self.port, self.client) = (port, client) }

    public func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return HTTPAnswer(
            status: Int(response.status.code), headers: response.headers, bytes: Array(bytes.readableBytesView))
    }

    public func post(_ path: String, _ body: [UInt8], headers: [(String, String)] = []) async throws -> HTTPAnswer {
        try await send(.POST, path, body, headers: [("content-type", "application/json")] + headers)
    }

    /// Runs `body` with the port of a server that runs as long.
    public static func serving(
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
}

/// What a server answered.
public struct HTTPAnswer: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var bytes: [UInt8]

    public var text: String { String(decoding: bytes, as: UTF8.self) }
    public var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
    public var errorCode: String? { json["error"]?["code"]?.string }
    /// Of a chat completion.
    public var choices: [JSONValue] { json["choices"]?.array ?? [] }
    public var content: String? { choices.first?["message"]?["content"]?.string }

    /// The data of an event stream.
    public var events: [JSONValue] {
        text.split(separator: "\n\n").filter { $0.hasPrefix("data: ") && $0 != "data: [DONE]" }
            .compactMap { try? JSONValue(parsing: String($0.dropFirst(6))) }
    }

    /// All text of one choice's deltas.
    public func streamed(_ field: String = "content", index: Int = 0) -> String {
        parts(index).compactMap { $0["delta"]?[field]?.string }.joined()
    }

    public func finishReason(_ index: Int = 0) -> String? { parts(index).compactMap { $0["finish_reason"]?.string }.last }

    private func parts(_ index: Int) -> [JSONValue] {
        events.flatMap { $0["choices"]?.array ?? [] }.filter { $0["index"]?.integer == index }
    }
}

extension Logger {
    /// Says nothing.
    public static let silent: Logger = {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return logger
    }()
}

import AsyncHTTPClient
import Conversations
import Dispatch
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import StrictJSON

/// A model behind the chat route of an OpenAI-compatible server.
public final class EndpointSpeaker: Speaker {
    public let name: String
    private let url, model: String
    private let key: String?
    private let temperature: Double
    private let maximumTokens: Int
    private let deadlineSeconds: Double
    private let client: HTTPClient

    /// - Parameters:
    ///   - url: of the server, with or without `/v1`.
    ///   - key: sent as the bearer's token.
    public init(
        name: String, url: String, model: String, key: String? = nil, temperature: Double = 1, maximumTokens: Int = 512,
        deadlineSeconds: Double = 120
    ) {
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        self.url = (base.hasSuffix("/v1") ? base : base + "/v1") + "/chat/completions"
        (self.name, self.model, self.key, self.temperature) = (name, model, key, temperature)
        (self.maximumTokens, self.deadlineSeconds) = (maximumTokens, deadlineSeconds)
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .nanoseconds(Int64(deadlineSeconds * 1e9)))
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    deinit { client.shutdown(queue: .global()) { _ in } }

    public func answer(_ request: SpokenRequest) async throws -> SpokenAnswer {
        var call = HTTPClientRequest(url: url)
        call.method = .POST
        call.headers.add(name: "content-type", value: "application/json")
        if let key { call.headers.add(name: "authorization", value: "Bearer \(key)") }
        call.body = .bytes(ByteBuffer(bytes: body(request).serializedBytes()))
        let response: HTTPClientResponse
        let bytes: [UInt8]
        do {
            response = try await client.execute(call, deadline: .now() + .nanoseconds(Int64(deadlineSeconds * 1e9)))
            bytes = Array(try await response.body.collect(upTo: 8 << 20).readableBytesView)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw BuildError.call(speaker: name, reason: "cannot be reached, or broke off: \(error)")
        }
        guard response.status == .ok else {
            throw BuildError.call(speaker: name, reason: "answered with HTTP \(response.status.code)")
        }
        return try read(bytes)
    }

    private func body(_ request: SpokenRequest) -> JSONValue {
        let picture = "data:\(Self.type(of: request.image.bytes));base64,\(Data(request.image.bytes).base64EncodedString())"
        let user: JSONValue = [
            "role": "user",
            "content": [
                ["type": "image_url", "image_url": ["url": .string(picture)]], ["type": "text", "text": .string(request.text)],
            ],
        ]
        let system: [JSONValue] = request.system.isEmpty ? [] : [["role": "system", "content": .string(request.system)]]
        return [
            "model": .string(model), "messages": .array(system + [user]), "temperature": .number(temperature),
            "max_tokens": .integer(Int64(maximumTokens)), "seed": .integer(Int64(request.seed >> 33)),
        ]
    }

    private func read(_ bytes: [UInt8]) throws(BuildError) -> SpokenAnswer {
        guard let json = try? JSONValue(parsing: bytes), let text = json["choices"]?.array?.first?["message"]?["content"]?.string
        else { throw .call(speaker: name, reason: "the answer is no chat completion with a text") }
        guard !text.allSatisfy(\.isWhitespace) else { throw .call(speaker: name, reason: "the answer is empty") }
        func count(_ key: String) -> Int { max(0, json["usage"]?[key]?.integer ?? 0) }
        return SpokenAnswer(text: text, promptTokens: count("prompt_tokens"), completionTokens: count("completion_tokens"))
    }

    private static func type(of bytes: [UInt8]) -> String {
        switch bytes.first {
        case 0x89: "image/png"
        case 0xFF: "image/jpeg"
        default: "image/webp"
        }
    }
}

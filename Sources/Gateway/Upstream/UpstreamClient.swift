import AsyncHTTPClient
import ChatServers
import Dispatch
import Foundation
import Guardrails
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import StrictJSON

/// Calls the server that answers. Redirects are refused, compressed answers too, every wait has an end, and what comes
/// back is never larger than the limit.
struct UpstreamClient: Sendable {
    private let owned: OwnedClient
    private var client: HTTPClient { owned.client }
    private let config: UpstreamConfig
    private let key: String?

    init(_ config: UpstreamConfig) {
        self.config = config
        key = config.keyVariable.isEmpty ? nil : ProcessInfo.processInfo.environment[config.keyVariable]
        var client = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .nanoseconds(Int64(config.connectSeconds * 1e9)),
                read: .nanoseconds(Int64(config.idleSeconds * 1e9))))
        client.decompression = .disabled
        client.httpVersion = .http1Only
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = config.connections
        client.connectionPool.retryConnectionEstablishment = false
        owned = OwnedClient(HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: client))
    }

    /// The connections, closed when nobody holds them any more.
    private final class OwnedClient: Sendable {
        let client: HTTPClient

        init(_ client: HTTPClient) { self.client = client }

        deinit { client.shutdown(queue: .global()) { _ in } }
    }

    /// An answer's body as it arrives, each piece before `deadline`.
    struct Body: Sendable {
        fileprivate let body: HTTPClientResponse.Body
        fileprivate let maximumBytes: Int

        /// All bytes.
        func collected() async throws -> [UInt8] {
            var bytes: [UInt8] = []
            try await forEachPiece { bytes += $0 }
            return bytes
        }

        /// Hands on each piece; throws when there are more bytes than allowed. What `take` throws comes through as it is.
        func forEachPiece(_ take: ([UInt8]) async throws -> Void) async throws {
            var count = 0
            var pieces = body.makeAsyncIterator()
            while true {
                let next: ByteBuffer?
                do {
                    next = try await pieces.next()
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    throw UpstreamClient.fault(error)
                }
                guard let next else { return }
                count += next.readableBytes
                guard count <= maximumBytes else { throw WireError.upstream("the upstream answer is too long") }
                try await take(Array(next.readableBytesView))
            }
        }
    }

    /// Sends a chat request; the body of its answer, which is one of status 200 and of the given type.
    func chat(_ body: [UInt8], requestID: String, trace: TraceContext, isStreaming: Bool) async throws -> Body {
        var request = HTTPClientRequest(url: address("/v1/chat/completions"))
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await execute(
            request, requestID, trace, accept: isStreaming ? "text/event-stream" : "application/json")
        guard response.status == .ok else { throw try await refusal(response) }
        let type = response.headers.first(name: "content-type")?.lowercased() ?? ""
        guard type.hasPrefix(isStreaming ? "text/event-stream" : "application/json") else {
            throw WireError.upstream("the upstream server answered with another content type")
        }
        return Body(body: response.body, maximumBytes: config.maximumBytes)
    }

    /// The server's list of models, as it wrote it.
    func models(requestID: String, trace: TraceContext) async throws -> [UInt8] {
        let response = try await execute(
            HTTPClientRequest(url: address("/v1/models")), requestID, trace, accept: "application/json")
        guard response.status == .ok else { throw try await refusal(response) }
        return try await Body(body: response.body, maximumBytes: 1 << 20).collected()
    }

    private func address(_ path: String) -> String {
        (config.url.hasSuffix("/") ? String(config.url.dropLast()) : config.url) + path
    }

    private func execute(_ request: HTTPClientRequest, _ requestID: String, _ trace: TraceContext, accept: String)
        async throws -> HTTPClientResponse
    {
        var request = request
        request.headers.add(name: "accept", value: accept)
        request.headers.add(name: "accept-encoding", value: "identity")
        request.headers.add(name: "x-request-id", value: requestID)
        request.headers.add(name: "traceparent", value: trace.parent)
        if let state = trace.state { request.headers.add(name: "tracestate", value: state) }
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(
                request, deadline: .now() + .nanoseconds(Int64(config.deadlineSeconds * 1e9)))
        } catch is CancellationError { throw CancellationError() } catch { throw Self.fault(error) }
        let encoding = response.headers.first(name: "content-encoding") ?? "identity"
        guard encoding == "identity" else {
            throw WireError.upstream("the upstream server compressed its answer, although it was asked not to")
        }
        return response
    }

    /// What a client is told of an answer that is not one. Its text is not passed on: nobody judged it.
    private func refusal(_ response: HTTPClientResponse) async throws -> WireError {
        let status = Int(response.status.code)
        let wait = response.headers.first(name: "retry-after").flatMap(Double.init) ?? 1
        switch status {
        case 429: return .tooMany("the upstream server's rate limit is reached", retryAfterSeconds: wait)
        case 503:
            return .busy("the upstream server is not available", code: "upstream_unavailable", retryAfterSeconds: wait)
        case 400, 404, 413, 415, 422:
            return WireError(
                status: .init(code: status), message: "the upstream server refused the request (HTTP \(status))",
                type: "invalid_request_error", code: "upstream_refused")
        case 504: return .upstreamTimeout
        default: return .upstream("the upstream server answered with HTTP \(status)")
        }
    }

    static func fault(_ error: any Error) -> WireError {
        switch error as? HTTPClientError {
        case .deadlineExceeded?, .readTimeout?, .connectTimeout?, .getConnectionFromPoolTimeout?: .upstreamTimeout
        default: .upstream("the upstream server cannot be reached, or broke off", code: "upstream_unreachable")
        }
    }
}

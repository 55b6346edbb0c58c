import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Requests to a hub. Redirects are followed by hand, so that the token goes to the hub alone.
final class HubConnection: Sendable {
    let settings: HubSettings
    private let client: HTTPClient

    init(_ settings: HubSettings) {
        self.settings = settings
        let idle = TimeAmount.nanoseconds(Int64(settings.idleSeconds * 1e9))
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, timeout: .init(connect: idle, read: idle))
        configuration.decompression = .disabled
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { client.shutdown(queue: .global()) { _ in } }

    /// The answer at the end of all redirects.
    ///
    /// - Parameter start: the first byte wanted; asked for by `Range` when above 0.
    func get(_ url: URL, from start: Int = 0) async throws -> HTTPClientResponse {
        var url = url
        for _ in 0..<8 {
            var request = HTTPClientRequest(url: url.absoluteString)
            request.headers.add(name: "User-Agent", value: "safe-rlhf-v")
            request.headers.add(name: "Accept-Encoding", value: "identity")
            if start > 0 { request.headers.add(name: "Range", value: "bytes=\(start)-") }
            if let token = settings.token(for: url) { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
            let response = try await answer(to: request)
            guard [301, 302, 303, 307, 308].contains(response.status.code) else { return response }
            guard let location = response.headers.first(name: "Location"), let next = URL(string: location, relativeTo: url)?.absoluteURL,
                ["http", "https"].contains(next.scheme), !(url.scheme == "https" && next.scheme == "http")
            else { throw HubError.unexpectedAnswer(url: url.absoluteString, reason: "a redirect that leads nowhere safe") }
            url = next
        }
        throw HubError.unexpectedAnswer(url: url.absoluteString, reason: "more than 8 redirects")
    }

    /// Errors of the network are those of others; here they get the address.
    private func answer(to request: HTTPClientRequest) async throws -> HTTPClientResponse {
        do {
            return try await client.execute(request, timeout: .hours(24))
        } catch let error where !(error is CancellationError) {
            throw HubError.noConnection(url: request.url, reason: "\(error)")
        }
    }

    /// What a status that is no success means.
    func failure(_ response: HTTPClientResponse, _ url: URL, of what: String) -> HubError {
        let hasToken = settings.token != nil
        return switch (response.status.code, response.headers.first(name: "X-Error-Code")) {
        case (_, "GatedRepo"): .denied(what, hasToken: hasToken)
        case (_, "RepoNotFound"), (_, "RevisionNotFound"), (_, "EntryNotFound"): .notFound(what, hasToken: hasToken)
        case (401, _), (404, _): .notFound(what, hasToken: hasToken)
        case (403, _): .denied(what, hasToken: hasToken)
        case (let status, _): .refused(url: url.absoluteString, status: Int(status))
        }
    }
}

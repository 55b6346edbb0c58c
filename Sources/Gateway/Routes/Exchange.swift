import Foundation
import Guardrails
import HTTPTypes
import Hummingbird
import NIOCore
import SafetyPolicies
import StrictJSON
import Synchronization

/// One request on its way through the gateway: who asks, under which policy, and how it is answered.
struct Exchange: Sendable {
    let requestID: String
    let caller: Caller
    let policy: SafetyPolicy
    let channel: any Channel
    let wantsDetail: Bool
    let start: Duration
    let time: TimeSource
    /// Given back when the answer has ended, however it ends.
    let permit: Permit

    /// The headers that tell what the guard did.
    func headers(decision: String, attempts: Int?) -> HTTPFields {
        var headers: HTTPFields = [.xRequestID: requestID]
        headers[.guardDecision] = decision
        headers[.guardPolicy] = "\(policy.name)/\(policy.version)/\(policy.hash.prefix(12))".filter {
            $0.isASCII && !$0.isWhitespace
        }
        if let attempts { headers[.guardAttempts] = String(attempts) }
        headers[.guardTraceID] = requestID
        headers[.guardLatency] = String(format: "%.1f", (time.now() - start).inSeconds * 1000)
        return headers
    }

    func response(_ body: JSONValue, decision: String, attempts: Int? = nil) -> Response {
        var headers = headers(decision: decision, attempts: attempts)
        headers[.contentType] = "application/json"
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body.serializedBytes())))
    }

    /// An event stream. The work runs by itself; when the client leaves it is cancelled, and nothing it emits is lost
    /// before that.
    func stream(
        peers: Peers, pingSeconds: Double, decision: String,
        _ work: @escaping @Sendable (@escaping @Sendable ([UInt8]) -> Void) async -> Void
    ) -> Response {
        var headers = headers(decision: decision, attempts: nil)
        headers[.contentType] = "text/event-stream; charset=utf-8"
        headers[.cacheControl] = "no-cache"
        let (channel, permit, time) = (channel, permit, time)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                let (events, continuation) = AsyncStream<ByteBuffer>.makeStream()
                let task = Task {
                    await work { continuation.yield(ByteBuffer(bytes: $0)) }
                    continuation.finish()
                }
                let pings = Task {
                    while !Task.isCancelled {
                        try await time.sleep(.seconds(pingSeconds))
                        continuation.yield(ByteBuffer(string: ": ping\n\n"))
                    }
                }
                let id = peers.whenGone(channel) {
                    task.cancel()
                    continuation.finish()
                }
                defer {
                    task.cancel()
                    pings.cancel()
                    peers.forget(channel, id)
                    permit.giveBack()
                }
                for await event in events { try await writer.write(event) }
                try await writer.finish(nil)
            })
    }
}

/// A place among the requests that are worked on; given back once, at the latest when nobody holds it any more.
final class Permit: Sendable {
    private let action: Mutex<(@Sendable () -> Void)?>

    init(_ action: @escaping @Sendable () -> Void) { self.action = Mutex(action) }

    func giveBack() {
        let action = action.withLock { action in
            defer { action = nil }
            return action
        }
        action?()
    }

    deinit { giveBack() }
}

extension HTTPField.Name {
    private static func known(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .server }

    static let xRequestID = known("x-request-id")
    static let guardDecision = known("x-guard-decision")
    static let guardPolicy = known("x-guard-policy")
    static let guardAttempts = known("x-guard-attempts")
    static let guardLatency = known("x-guard-latency-ms")
    static let guardTraceID = known("x-guard-trace-id")
    static let guardDetail = known("x-guard-detail")
}

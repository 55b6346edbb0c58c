import ChatServers
import Foundation
import Guardrails
import HTTPTypes
import Hummingbird
import NIOCore
import SafetyPolicies
import StrictJSON

/// One request on its way through the gateway: who asks, under which policy, and how it is answered.
struct Exchange: Sendable {
    let requestID: String
    let trace: TraceContext
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
        .json(body, headers: headers(decision: decision, attempts: attempts))
    }

    /// An event stream. The work runs by itself; when the client leaves it is cancelled, and nothing it emits is lost
    /// before that.
    func stream(
        peers: Peers, pingSeconds: Double, decision: String,
        _ work: @escaping @Sendable (@escaping @Sendable ([UInt8]) -> Void) async -> Void
    ) -> Response {
        .eventStream(
            headers: headers(decision: decision, attempts: nil), channel: channel, peers: peers, pingSeconds: pingSeconds,
            time: time, permit: permit, work)
    }
}

extension HTTPField.Name {
    private static func known(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .server }

    static let guardDecision = known("x-guard-decision")
    static let guardPolicy = known("x-guard-policy")
    static let guardAttempts = known("x-guard-attempts")
    static let guardLatency = known("x-guard-latency-ms")
    static let guardTraceID = known("x-guard-trace-id")
    static let guardDetail = known("x-guard-detail")
}

import Foundation
import Guardrails
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import SafetyPolicies
import StrictJSON
import Synchronization

/// Takes every request: an exact table of routes, then the key, then the limits, then the body, and only then the work.
/// Nothing of a request that fails one of these reaches the next.
struct GatewayResponder: HTTPResponder {
    typealias Context = GatewayContext

    let config: GatewayConfig
    let keyring: Keyring
    let chat: ChatRoute
    let moderation: ModerationRoute
    let models: ModelsRoute
    let liteLLM: LiteLLMRoute
    let files: StaticFiles
    let guardModel: BoundedGuard
    let metrics: Metrics
    let peers: Peers
    let state: ServerState
    let time: TimeSource
    let logger: Logger

    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        let start = time.now()
        let requestID = Self.requestID(request)
        let route = Route(request.head)
        var keyName = "-"
        var response: Response
        do {
            response = try await answer(request, route, requestID, context, start, &keyName)
        } catch let error as HTTPParserError {
            // note: the server answers 400 and closes, since nobody knows where the next request would begin
            metrics.count("gateway_requests_total", [("route", route.label), ("status", "400")])
            throw error
        } catch {
            if error is CancellationError { metrics.count("gateway_clients_gone_total") }
            let told = WireError(error)
            if told.status == .internalServerError {
                logger.error(
                    "unexpected failure", metadata: ["request_id": "\(requestID)", "type": "\(type(of: error))"])
            }
            response = told.response(extra: [.xRequestID: requestID])
        }
        let seconds = (time.now() - start).inSeconds
        metrics.count("gateway_requests_total", [("route", route.label), ("status", String(response.status.code))])
        metrics.observe("gateway_request_seconds", [("route", route.label)], seconds: seconds)
        logger.info(
            "request",
            metadata: [
                "request_id": "\(requestID)", "route": "\(route.label)", "status": "\(response.status.code)",
                "key": "\(keyName)",
                "decision": "\(response.headers[.guardDecision] ?? "-")", "ms": "\(Int(seconds * 1000))",
            ])
        return response
    }

    private func answer(
        _ request: Request, _ route: Route, _ requestID: String, _ context: GatewayContext, _ start: Duration,
        _ keyName: inout String
    ) async throws -> Response {
        switch route {
        case .health: return plain("ok\n")
        case .ready: return ready()
        case .metrics: return plain(metrics.text(gauges: gauges), type: "text/plain; version=0.0.4; charset=utf-8")
        case .file(let path):
            if let response = files.response(path) { return response }
            throw WireError.notFound("there is no such route")
        case .unknown: throw WireError.notFound("there is no such route")
        case .wrongMethod(let allowed):
            var response = WireError(
                status: .methodNotAllowed, message: "this route takes \(allowed)", type: "invalid_request_error",
                code: "method_not_allowed"
            ).response(extra: [.xRequestID: requestID])
            response.headers[.allow] = allowed
            return response
        case .chat, .moderations, .models, .model, .liteLLM, .policy: break
        }

        let caller = try keyring.caller(authorization: request.headers[values: .authorization])
        keyName = caller.name
        let permit = try admit(caller)
        let exchange = Exchange(
            requestID: requestID, caller: caller, policy: caller.policies.current, channel: context.channel,
            wantsDetail: request.headers[.guardDetail] == "verdicts", start: start, time: time, permit: permit)
        let isStreamed: Bool
        let response: Response
        switch route {
        case .models:
            (response, isStreamed) = (
                try await whileConnected(context.channel, peers) { try await models.list(exchange) }, false
            )
        case .model(let id):
            (response, isStreamed) = (
                try await whileConnected(context.channel, peers) { try await models.one(id, exchange) }, false
            )
        case .policy: (response, isStreamed) = (PolicyRoute.respond(exchange), false)
        default:
            let body = try await json(request)
            response = try await whileConnected(context.channel, peers) {
                switch route {
                case .chat: try await chat.respond(body, exchange)
                case .moderations: try await moderation.respond(body, exchange)
                default: try await liteLLM.respond(body, exchange)
                }
            }
            isStreamed = response.headers[.contentType]?.hasPrefix("text/event-stream") == true
        }
        if !isStreamed { permit.giveBack() }
        return response
    }

    // MARK: - Admission

    private func admit(_ caller: Caller) throws(WireError) -> Permit {
        guard !state.isDraining else { throw .busy("the gateway is shutting down", code: "draining") }
        guard state.enter(limit: config.limits.requests) else {
            throw .busy("\(config.limits.requests) requests are being worked on already")
        }
        do throws(WireError) { try caller.admit() } catch {
            state.leave()
            throw error
        }
        let state = state
        return Permit {
            caller.leave()
            state.leave()
        }
    }

    /// The body as JSON, read within the limits.
    private func json(_ request: Request) async throws -> JSONValue {
        let type = request.headers[.contentType]?.lowercased().filter { $0 != " " } ?? ""
        guard ["application/json", "application/json;charset=utf-8"].contains(type) else {
            throw WireError(
                status: .unsupportedMediaType, message: "the content type must be application/json",
                type: "invalid_request_error",
                code: "unsupported_media_type")
        }
        guard request.headers[.contentEncoding] == nil || request.headers[.contentEncoding] == "identity" else {
            throw WireError(
                status: .unsupportedMediaType, message: "the body must not be compressed",
                type: "invalid_request_error",
                code: "unsupported_media_type")
        }
        let limit = config.limits.bodyBytes
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge(limit) }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge(limit)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            throw WireError.badRequest("the body broke off", code: "invalid_body")
        }
        return try JSONValue(
            parsing: buffer.readableBytesView,
            limits: JSONLimits(maximumBytes: limit, maximumDepth: 64, maximumNodes: 1 << 18))
    }

    private func tooLarge(_ limit: Int) -> WireError { .tooLarge("the body has more than the \(limit) bytes allowed") }

    /// The client's own id where it is harmless in a log, else a new one.
    private static func requestID(_ request: Request) -> String {
        let written = request.headers[.xRequestID] ?? ""
        let isPlain =
            (1...64).contains(written.utf8.count)
            && written.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            }
        return isPlain ? written : UUID().uuidString.lowercased()
    }

    // MARK: - State

    private func ready() -> Response {
        if state.isDraining { return WireError.busy("the gateway is shutting down", code: "draining").response() }
        guard guardModel.isAvailable else {
            return WireError.busy("the guard is not available", code: "guard_unavailable").response()
        }
        return plain("ready\n")
    }

    private var gauges: [(name: String, help: String, value: Double)] {
        let load = guardModel.load
        return [
            ("gateway_connections", "Open connections.", Double(peers.count)),
            ("gateway_requests_running", "Requests that are worked on.", Double(state.running)),
            ("gateway_judgements_running", "Judgements that are running.", Double(load.running)),
            ("gateway_judgements_waiting", "Judgements that wait for their turn.", Double(load.waiting)),
            (
                "gateway_guard_available", "1 while the guard is asked, 0 while its circuit is open.",
                guardModel.isAvailable ? 1 : 0
            ),
            ("gateway_ready", "1 while the gateway takes requests.", state.isDraining ? 0 : 1),
        ]
    }

    private func plain(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Whether the server takes requests, and how many it works on.
final class ServerState: Sendable {
    private let state = Mutex((running: 0, isDraining: false))

    var running: Int { state.withLock { $0.running } }
    var isDraining: Bool { state.withLock { $0.isDraining } }

    func drain() { state.withLock { $0.isDraining = true } }

    func enter(limit: Int) -> Bool {
        state.withLock { state in
            guard state.running < limit else { return false }
            state.running += 1
            return true
        }
    }

    func leave() { state.withLock { $0.running -= 1 } }
}

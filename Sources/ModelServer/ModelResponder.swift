import ChatServers
import Foundation
import Guardrails
import HTTPTypes
import Hummingbird
import Logging
import ModelServing
import NIOCore
import NIOHTTP1
import StrictJSON

/// Takes every request: an exact table of routes, then the key, then the limits, then the body, and only then the work.
struct ModelResponder: HTTPResponder {
    typealias Context = ChannelContext

    let config: ModelServerConfig
    let scheduler: ModelScheduler
    let modelName: String
    let keyring: Keyring
    let chat: ChatRoute
    let metrics: Metrics
    let peers: Peers
    let state: ServerState
    let time: TimeSource
    let logger: Logger
    let created = Int64(Date().timeIntervalSince1970)

    func respond(to request: Request, context: ChannelContext) async throws -> Response {
        let (start, requestID, route) = (time.now(), request.requestID, ModelRoute(request.head))
        var keyName = "-"
        var response: Response
        do {
            response = try await answer(request, route, requestID, context, &keyName)
        } catch let error as HTTPParserError {
            // note: the server answers 400 and closes, since nobody knows where the next request would begin
            metrics.count("model_requests_total", [("route", route.label), ("status", "400")])
            throw error
        } catch {
            if error is CancellationError { metrics.count("model_clients_gone_total") }
            let told = (error as? WireError) ?? WireError(general: error)
            if told.status == .internalServerError {
                logger.error("failure", metadata: ["request_id": "\(requestID)", "type": "\(type(of: error))"])
            }
            response = told.response(extra: [.xRequestID: requestID])
        }
        let seconds = (time.now() - start).inSeconds
        metrics.count("model_requests_total", [("route", route.label), ("status", String(response.status.code))])
        metrics.observe("model_request_seconds", [("route", route.label)], seconds: seconds)
        logger.info(
            "request",
            metadata: [
                "request_id": "\(requestID)", "route": "\(route.label)", "status": "\(response.status.code)",
                "key": "\(keyName)", "ms": "\(Int(seconds * 1000))",
            ])
        return response
    }

    private func answer(
        _ request: Request, _ route: ModelRoute, _ requestID: String, _ context: ChannelContext, _ keyName: inout String
    ) async throws -> Response {
        switch route {
        case .health: return plain("ok\n")
        case .ready:
            guard !state.isDraining else { throw WireError.busy("the server is shutting down", code: "draining") }
            return plain("ready\n")
        case .metrics: return plain(metrics.text(gauges: gauges), type: "text/plain; version=0.0.4; charset=utf-8")
        case .unknown: throw WireError.notFound("there is no such route")
        case .wrongMethod(let allowed):
            var response = WireError(
                status: .methodNotAllowed, message: "this route takes \(allowed)", type: "invalid_request_error",
                code: "method_not_allowed"
            ).response(extra: [.xRequestID: requestID])
            response.headers[.allow] = allowed
            return response
        case .chat, .models, .model: break
        }
        let caller = try keyring.caller(authorization: request.headers[values: .authorization])
        keyName = caller.name
        guard !state.isDraining else { throw WireError.busy("the server is shutting down", code: "draining") }
        let permit = try state.admit(caller, limit: config.limits.requests)
        let headers: HTTPFields = [.xRequestID: requestID]
        switch route {
        case .models: return json(["object": "list", "data": [entry]], headers)
        case .model(let id):
            guard (id.removingPercentEncoding ?? id) == modelName else {
                throw WireError(
                    status: .notFound, message: "there is no such model", type: "invalid_request_error", param: "model",
                    code: "model_not_found")
            }
            return json(entry, headers)
        default:
            let body = try await request.json(config.limits)
            return try await whileConnected(context.channel, peers) {
                try await chat.respond(body, requestID, context.channel, permit)
            }
        }
    }

    private var entry: JSONValue {
        ["id": .string(modelName), "object": "model", "created": .integer(created), "owned_by": "safe-rlhf-v"]
    }

    private func plain(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private var gauges: [(name: String, help: String, value: Double)] {
        let load = scheduler.load
        return [
            ("model_connections", "Open connections.", Double(peers.count)),
            ("model_requests_running", "Requests that are worked on.", Double(state.running)),
            ("model_rows", "Responses that are being written.", Double(load.rows)),
            ("model_requests_waiting", "Requests that wait for a place.", Double(load.waiting)),
            ("model_cache_bytes", "Bytes of keys and values that memory is held for.", Double(load.cacheBytes)),
            ("model_steps", "Steps of decoding so far.", Double(load.steps)),
            ("model_cancelled_rows", "Responses dropped so far because their client left.", Double(load.cancelledRows)),
            ("model_ready", "1 while the server takes requests.", state.isDraining ? 0 : 1),
        ]
    }
}

/// Where a request goes; paths are compared byte by byte.
enum ModelRoute: Equatable {
    case chat, models, health, ready, metrics
    case model(String)
    case unknown
    /// The path is known, but takes another method.
    case wrongMethod(allowed: String)

    init(_ head: HTTPRequest) {
        let path = String((head.path ?? "").prefix { $0 != "?" })
        guard let (route, method) = Self.table(path) else {
            self = .unknown
            return
        }
        let isRight = head.method == method || (head.method == .head && method == .get)
        self = isRight ? route : .wrongMethod(allowed: method.rawValue)
    }

    private static func table(_ path: String) -> (ModelRoute, HTTPRequest.Method)? {
        switch path {
        case "/v1/chat/completions": return (.chat, .post)
        case "/v1/models": return (.models, .get)
        case "/health": return (.health, .get)
        case "/ready": return (.ready, .get)
        case "/metrics": return (.metrics, .get)
        default:
            let prefix = "/v1/models/"
            guard path.hasPrefix(prefix), path != prefix else { return nil }
            return (.model(String(path.dropFirst(prefix.count))), .get)
        }
    }

    /// The name in metrics and logs: one of few, whatever a client sends.
    var label: String {
        switch self {
        case .chat: "/v1/chat/completions"
        case .models: "/v1/models"
        case .model: "/v1/models/{id}"
        case .health: "/health"
        case .ready: "/ready"
        case .metrics: "/metrics"
        case .unknown: "unknown"
        case .wrongMethod: "wrong-method"
        }
    }
}

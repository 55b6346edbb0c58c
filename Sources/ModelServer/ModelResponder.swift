import ChatServers
import Foundation
import HTTPTypes
import Hummingbird
import ModelServing
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
    let ledger: RequestLedger
    let created = Int64(Date().timeIntervalSince1970)

    func respond(to request: Request, context: ChannelContext) async throws -> Response {
        let route = ModelRoute(request.head)
        return try await ledger.record(request, route: route.label, told: { WireError(general: $0) }) {
            try await answer(request, route, context, &$0)
        }
    }

    private func answer(
        _ request: Request, _ route: ModelRoute, _ context: ChannelContext, _ entry: inout RequestLedger.Entry
    ) async throws -> Response {
        switch route {
        case .health: return .plain("ok\n")
        case .ready:
            guard !state.isDraining else { throw WireError.busy("the server is shutting down", code: "draining") }
            return .plain("ready\n")
        case .metrics: return .metrics(metrics.text(gauges: gauges))
        case .unknown: throw WireError.notFound("there is no such route")
        case .wrongMethod(let allowed): return .wrongMethod(allowed: allowed, requestID: entry.requestID)
        case .chat, .models, .model: break
        }
        let caller = try keyring.caller(authorization: request.headers[values: .authorization])
        entry.keyName = caller.name
        guard !state.isDraining else { throw WireError.busy("the server is shutting down", code: "draining") }
        let permit = try state.admit(caller, limit: config.limits.requests)
        let headers: HTTPFields = [.xRequestID: entry.requestID]
        switch route {
        case .models: return .json(["object": "list", "data": [modelEntry]], headers: headers)
        case .model(let id):
            guard (id.removingPercentEncoding ?? id) == modelName else {
                throw WireError(
                    status: .notFound, message: "there is no such model", type: "invalid_request_error", param: "model",
                    code: "model_not_found")
            }
            return .json(modelEntry, headers: headers)
        default:
            let body = try await request.json(config.limits)
            let requestID = entry.requestID
            return try await whileConnected(context.channel, peers) {
                try await chat.respond(body, requestID, context.channel, permit)
            }
        }
    }

    private var modelEntry: JSONValue {
        ["id": .string(modelName), "object": "model", "created": .integer(created), "owned_by": "safe-rlhf-v"]
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

/// Where a request goes.
enum ModelRoute: Equatable, RouteTable {
    case chat, models, health, ready, metrics
    case model(String)
    case unknown
    /// The path is known, but takes another method.
    case wrongMethod(allowed: String)

    static func table(_ path: String) -> (ModelRoute, HTTPRequest.Method)? {
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

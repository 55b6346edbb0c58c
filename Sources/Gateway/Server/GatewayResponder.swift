import ChatServers
import Guardrails
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SafetyPolicies
import StrictJSON

/// Takes every request: an exact table of routes, then the key, then the limits, then the body, and only then the work.
/// Nothing of a request that fails one of these reaches the next.
struct GatewayResponder: HTTPResponder {
    typealias Context = ChannelContext

    let config: GatewayConfig
    let keyring: Keyring
    let policies: CallerPolicies
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
    let ledger: RequestLedger

    func respond(to request: Request, context: ChannelContext) async throws -> Response {
        let route = Route(request.head)
        return try await ledger.record(
            request, route: route.label, told: { WireError($0) }, details: { ["decision": "\($0.headers[.guardDecision] ?? "-")"] }
        ) { try await answer(request, route, context, &$0) }
    }

    private func answer(
        _ request: Request, _ route: Route, _ context: ChannelContext, _ entry: inout RequestLedger.Entry
    ) async throws -> Response {
        switch route {
        case .health: return .plain("ok\n")
        case .ready: return ready()
        case .metrics: return .metrics(metrics.text(gauges: gauges))
        case .file(let path):
            if let response = files.response(path) { return response }
            throw WireError.notFound("there is no such route")
        case .unknown: throw WireError.notFound("there is no such route")
        case .wrongMethod(let allowed): return .wrongMethod(allowed: allowed, requestID: entry.requestID)
        case .chat, .moderations, .models, .model, .liteLLM, .policy: break
        }

        let caller = try keyring.caller(authorization: request.headers[values: .authorization])
        entry.keyName = caller.name
        let permit = try admit(caller)
        let exchange = Exchange(
            requestID: entry.requestID, trace: TraceContext(request), caller: caller, policy: policies.current(caller), channel: context.channel,
            wantsDetail: request.headers[.guardDetail] == "verdicts", start: entry.start, time: time, permit: permit)
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
            let body = try await request.json(config.limits)
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
        return try state.admit(caller, limit: config.limits.requests)
    }

    // MARK: - State

    private func ready() -> Response {
        if state.isDraining { return WireError.busy("the gateway is shutting down", code: "draining").response() }
        guard guardModel.isAvailable else {
            return WireError.busy("the guard is not available", code: "guard_unavailable").response()
        }
        return .plain("ready\n")
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
}

extension TraceContext {
    init(_ request: Request) {
        self.init(
            parents: HTTPField.Name("traceparent").map { request.headers[values: $0] } ?? [],
            states: HTTPField.Name("tracestate").map { request.headers[values: $0] } ?? [])
    }
}

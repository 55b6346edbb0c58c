import ChatServers
import Conversations
import Guardrails
import HTTPTypes
import Hummingbird
import NIOCore
import SafetyPolicies
import StrictJSON

/// `POST /v1/chat/completions`.
struct ChatRoute: Sendable {
    let service: ChatService
    let reader: ChatRequestReader
    let peers: Peers

    func respond(_ body: JSONValue, _ exchange: Exchange) async throws -> Response {
        let request = try await reader.read(body)
        let call = ChatCall(
            request: request, caller: exchange.caller, policy: exchange.policy, requestID: exchange.requestID,
            trace: exchange.trace, route: "/v1/chat/completions", wantsDetail: exchange.wantsDetail)
        let judgement = try await service.judgeRequest(call)
        if service.isBlocked(judgement, request.moderation?.input) {
            return try await refused(call, judgement, exchange)
        }
        return request.isStreaming
            ? try await streamed(call, judgement, exchange) : try await whole(call, judgement, exchange)
    }

    // MARK: - Not streamed

    private func whole(_ call: ChatCall, _ judgement: Judgement, _ exchange: Exchange) async throws -> Response {
        let (answer, choices) = try await service.complete(call)
        let rounds = choices.map(\.records.count).max() ?? 1
        call.caller.charge(rounds: rounds)
        for settled in choices {
            let bytes = settled.choice.json.serializedBytes()
            try await service.record(
                call, choice: settled.choice.index, released: (sha256(bytes), bytes.count),
                outcome: settled.isRefusal ? "refused-response" : "response", rounds: max(1, settled.records.count),
                settled.judgement)
        }
        let isRefused = choices.contains(where: \.isRefusal)
        try await service.keep(call, responses: choices.map(\.choice.text), outcome: isRefused ? "refused" : "response")
        let decision = isRefused ? "refused-response" : rounds > 1 ? "regenerated" : judgement.decision.action.rawValue
        return exchange.response(
            .object(service.json(call, answer, choices, request: judgement)), decision: decision, attempts: rounds)
    }

    // MARK: - Refused

    private func refused(_ call: ChatCall, _ judgement: Judgement, _ exchange: Exchange) async throws -> Response {
        let decision = "refused-request"
        try await service.keep(call, responses: [], outcome: decision)
        if service.config.refusedRequests == .error {
            try await service.record(
                call, choice: 0, released: (sha256([]), 0), outcome: decision, rounds: 0, judgement)
            throw WireError(
                status: .badRequest,
                message: call.policy.refusal(judgement.decision.direction, judgement.decision.category),
                type: "invalid_request_error", param: "messages", code: WireError.contentFilter)
        }
        if call.request.isStreaming {
            return exchange.stream(peers: peers, pingSeconds: service.config.streaming.pingSeconds, decision: decision)
            { emit in
                var stream = ChatStream(service, call, request: judgement, emit: emit)
                await stream.runRefusal()
            }
        }
        let body = JSONValue.object(service.refusedJSON(call, judgement))
        let bytes = body.serializedBytes()
        try await service.record(
            call, choice: 0, released: (sha256(bytes), bytes.count), outcome: decision, rounds: 0, judgement)
        return exchange.response(body, decision: decision, attempts: 0)
    }

    // MARK: - Streamed

    private func streamed(_ call: ChatCall, _ judgement: Judgement, _ exchange: Exchange) async throws -> Response {
        let seconds = service.config.streaming.pingSeconds
        if service.config.streaming.mode == .hold {
            let (answer, choices) = try await service.complete(call)
            return exchange.stream(peers: peers, pingSeconds: seconds, decision: judgement.decision.action.rawValue) {
                emit in
                var stream = ChatStream(service, call, request: judgement, emit: emit)
                await stream.run(answer, choices)
            }
        }
        let body = try await service.called {
            try await service.upstream.chat(
                call.request.body(isStreaming: true), requestID: call.requestID, trace: call.trace, isStreaming: true)
        }
        service.metrics.count("gateway_rounds_total")
        return exchange.stream(peers: peers, pingSeconds: seconds, decision: judgement.decision.action.rawValue) {
            emit in
            var stream = ChatStream(service, call, request: judgement, emit: emit)
            await stream.run(body)
        }
    }
}

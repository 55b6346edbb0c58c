import ChatServers
import Conversations
import Foundation
import Guardrails
import HTTPTypes
import SafetyPolicies
import StrictJSON
import Synchronization

/// One chat request and all that accompanies it.
struct ChatCall: Sendable {
    var request: ChatRequest
    var caller: Caller
    var policy: SafetyPolicy
    var requestID: String
    var trace: TraceContext
    var route: String
    /// Whether the client asked for verdicts beside the answer.
    var wantsDetail: Bool

    /// SHA-256 over the request as it is forwarded.
    var requestHash: String { sha256(JSONValue.object(request.forwarded).serializedBytes()) }
    var id: String { "chatcmpl-" + requestID }
}

/// What became of one choice.
struct SettledChoice: Sendable {
    var choice: ChatChoice
    var judgement: Judgement
    var records: [RoundRecord]
    var usage: TokenUsage

    var isRefusal: Bool { choice.finishReason == WireError.contentFilter && !judgement.decision.passes }
}

/// Judges requests, asks the upstream server, judges and regenerates its answers.
struct ChatService: Sendable {
    let judge: Judge
    let upstream: UpstreamClient
    let regeneration: FilterAndRegenerate
    let config: GatewayConfig
    let receipts: ReceiptLog?
    let audit: AuditLog?
    let metrics: Metrics
    let time: TimeSource

    // MARK: - Judging, measured

    func judgeRequest(_ call: ChatCall) async throws -> Judgement {
        try await measured { try await judge.request(call.request.turns, under: call.policy) }
    }

    func judgeResponse(_ text: String, _ call: ChatCall) async throws -> Judgement {
        try await measured { try await judge.response(text, to: call.request.turns, under: call.policy) }
    }

    func measured(_ work: () async throws -> Judgement) async throws -> Judgement {
        let start = time.now()
        do {
            let judgement = try await work()
            metrics.observe("gateway_judgement_seconds", seconds: (time.now() - start).inSeconds)
            metrics.count("gateway_judgements_total", [("outcome", "verdict")])
            metrics.count(
                "gateway_decisions_total",
                [
                    ("direction", judgement.decision.direction.rawValue),
                    ("action", judgement.decision.action.rawValue),
                ])
            return judgement
        } catch {
            metrics.count("gateway_judgements_total", [("outcome", "error")])
            throw error
        }
    }

    /// Whether a request that the policy lets pass is stopped because the client asked for that.
    func isBlocked(_ judgement: Judgement, _ mode: ChatRequest.ModerationWish.Mode?) -> Bool {
        !judgement.decision.passes || (mode == .block && judgement.decision.action > .allow)
    }

    // MARK: - An answer that is not streamed

    /// The choices of an answer, each judged and, where needed, asked for again.
    func complete(_ call: ChatCall) async throws -> (answer: ChatAnswer, choices: [SettledChoice]) {
        let bytes = try await called {
            try await upstream.chat(
                call.request.body(isStreaming: false), requestID: call.requestID, trace: call.trace, isStreaming: false
            ).collected()
        }
        let answer = try counted { () throws(WireError) in
            try ChatAnswer(bytes, expected: call.request.choiceCount, request: call.request)
        }
        let choices = try await withThrowingTaskGroup(of: SettledChoice.self) { group in
            for choice in answer.choices { group.addTask { try await settle(choice, call) } }
            return try await group.reduce(into: [SettledChoice]()) { $0.append($1) }.sorted {
                $0.choice.index < $1.choice.index
            }
        }
        return (answer, choices)
    }

    /// Filters a choice and regenerates it; the loop's first round is the choice itself.
    func settle(_ choice: ChatChoice, _ call: ChatCall) async throws -> SettledChoice {
        let own = TokenUsage(nil, answer: [choice])
        let first = Draft(text: choice.text, tokenCount: own.completion, payload: choice)
        metrics.count("gateway_rounds_total")
        let spent = UsageCounter()
        let result = try await regeneration.run(
            under: call.policy, first: first, judge: { try await judgeResponse($0.text, call) },
            generate: { round in
                let (draft, usage) = try await retry(round, choice.index, call)
                spent.add(usage)
                return Draft(text: draft.text, tokenCount: usage.completion, payload: draft)
            })
        guard let judgement = result.finalJudgement else {
            throw WireError.busy("the guard gave no verdict", code: "guard_unavailable")
        }
        let shown: ChatChoice
        switch result.outcome {
        case .response(let draft, _) where !isBlocked(judgement, call.request.moderation?.output): shown = draft.payload
        case .response:
            shown = .refusal(call.policy.refusal(.response, judgement.decision.category), index: choice.index)
        case .refusal(let text): shown = .refusal(text, index: choice.index)
        }
        return SettledChoice(choice: shown, judgement: judgement, records: result.records, usage: spent.total)
    }

    private func retry(_ round: GenerationRound, _ index: Int, _ call: ChatCall) async throws -> (
        ChatChoice, TokenUsage
    ) {
        metrics.count("gateway_rounds_total")
        let bytes = try await withDeadline(round.remaining, time) {
            try await called {
                try await upstream.chat(call.request.body(retry: round), requestID: call.requestID, trace: call.trace, isStreaming: false)
                    .collected()
            }
        }
        guard let bytes else { throw WireError.upstreamTimeout }
        let answer = try counted { () throws(WireError) in try ChatAnswer(bytes, expected: 1, request: call.request) }
        guard var choice = answer.choices.first else { throw WireError.upstream("the upstream answer has no choices") }
        choice.index = index
        return (choice, answer.usage)
    }

    /// Measures an upstream call and counts its faults.
    func called<Result>(_ work: () async throws -> Result) async throws -> Result {
        metrics.count("gateway_upstream_calls_total")
        let start = time.now()
        defer { metrics.observe("gateway_upstream_seconds", seconds: (time.now() - start).inSeconds) }
        do { return try await work() } catch {
            metrics.count("gateway_upstream_faults_total")
            throw error
        }
    }

    private func counted<Result>(_ work: () throws(WireError) -> Result) throws(WireError) -> Result {
        do { return try work() } catch {
            metrics.count("gateway_upstream_faults_total")
            throw error
        }
    }

    // MARK: - Bodies

    /// The body of an answer.
    func json(_ call: ChatCall, _ answer: ChatAnswer, _ choices: [SettledChoice], request: Judgement) -> JSONObject {
        let usage = choices.reduce(answer.usage) { $0 + $1.usage }
        var object: JSONObject = [
            "id": .string(call.id), "object": "chat.completion", "created": .integer(Int64(answer.created)),
            "model": .string(answer.model),
            "choices": .array(choices.map(\.choice.json)), "usage": usage.json,
            "system_fingerprint": answer.fingerprint,
        ]
        if let wish = call.request.moderation {
            object["moderation"] = moderation(call, wish, request, choices.map(\.judgement))
        }
        object["x_beaver"] = extra(call, request, choices)
        return object
    }

    /// The body in place of an answer to a request that was refused.
    func refusedJSON(_ call: ChatCall, _ judgement: Judgement) -> JSONObject {
        let decision = judgement.decision
        let text = call.policy.refusal(decision.direction, decision.category)
        var object: JSONObject = [
            "id": .string(call.id), "object": "chat.completion",
            "created": .integer(Int64(Date().timeIntervalSince1970)),
            "model": .string(call.request.model),
            "choices": .array((0..<call.request.choiceCount).map { ChatChoice.refusal(text, index: $0).json }),
            "usage": TokenUsage().json, "system_fingerprint": .null,
        ]
        if let wish = call.request.moderation { object["moderation"] = moderation(call, wish, judgement, []) }
        object["x_beaver"] = extra(call, judgement, [])
        return object
    }

    /// The native `moderation` of an answer.
    func moderation(
        _ call: ChatCall, _ wish: ChatRequest.ModerationWish, _ request: Judgement, _ responses: [Judgement]
    ) -> JSONValue {
        let hasImages = call.request.turns.contains { !$0.images.isEmpty }
        func side(_ judgements: [Judgement], hasImages: Bool) -> JSONValue {
            [
                "type": "moderation_results", "model": .string(wish.model),
                "results": .array(
                    judgements.map {
                        ModerationResult(judgement: $0, policy: call.policy, hasText: true, hasImages: hasImages).json(
                            model: wish.model)
                    }),
            ]
        }
        return ["input": side([request], hasImages: hasImages), "output": side(responses, hasImages: false)]
    }

    /// What our own clients are told: the policy, the rounds, and on request the verdicts.
    func extra(_ call: ChatCall, _ request: Judgement, _ choices: [SettledChoice]) -> JSONValue {
        var object: JSONObject = [
            "policy": [
                "name": .string(call.policy.name), "version": .string(call.policy.version),
                "sha256": .string(call.policy.hash),
            ],
            "request": ["action": .string(request.decision.action.rawValue)],
            "choices": .array(
                choices.map {
                    [
                        "index": .integer(Int64($0.choice.index)),
                        "attempts": .integer(Int64(max(1, $0.records.count))), "refused": .bool($0.isRefusal),
                    ]
                }),
        ]
        guard call.wantsDetail else { return .object(object) }
        object["request"] =
            ModerationResult(judgement: request, policy: call.policy, hasText: true, hasImages: true).detail
        object["choices"] = .array(
            choices.map { settled in
                [
                    "index": .integer(Int64(settled.choice.index)),
                    "attempts": .integer(Int64(max(1, settled.records.count))),
                    "refused": .bool(settled.isRefusal),
                    "verdict": ModerationResult(
                        judgement: settled.judgement, policy: call.policy, hasText: true, hasImages: false
                    ).detail,
                    "rounds": .array(
                        settled.records.map { record in
                            [
                                "round": .integer(Int64(record.number)),
                                "action": .string(record.judgement.decision.action.rawValue),
                                "level": .string(record.judgement.decision.level.name),
                                "unsafe": .number(record.judgement.verdict.unsafe),
                                "category": record.judgement.decision.category.map { .string($0.rawValue) } ?? .null,
                                "tokens": .integer(Int64(record.tokenCount)), "seconds": .number(record.seconds),
                            ]
                        }),
                ]
            })
        return .object(object)
    }

    // MARK: - Records

    func record(
        _ call: ChatCall, choice: Int, released: (hash: String, byteCount: Int), outcome: String, rounds: Int,
        _ judgement: Judgement
    ) async throws {
        metrics.count("gateway_released_bytes_total", by: Double(released.byteCount))
        guard let receipts else { return }
        do {
            try await receipts.append(
                Receipt(
                    requestID: call.requestID, key: call.caller.name, route: call.route, choice: choice,
                    request: call.requestHash,
                    released: released.hash, releasedByteCount: released.byteCount, outcome: outcome, rounds: rounds,
                    policy: call.policy, judgement: judgement))
        } catch {
            // note: what cannot be recorded is not released
            throw WireError.busy("the receipt could not be written", code: "receipt_failed")
        }
    }

    func keep(_ call: ChatCall, responses: [String], outcome: String) async throws {
        guard let audit else { return }
        do {
            try await audit.append(
                requestID: call.requestID, key: call.caller.name, turns: call.request.forwarded["messages"] ?? .null,
                responses: responses, outcome: outcome)
        } catch {
            throw WireError.busy("the audit log could not be written", code: "audit_failed")
        }
    }
}

/// Token counts of retries, added up from concurrent rounds.
private final class UsageCounter: Sendable {
    private let state = Mutex(TokenUsage())

    func add(_ usage: TokenUsage) { state.withLock { $0 = $0 + usage } }
    var total: TokenUsage { state.withLock { $0 } }
}

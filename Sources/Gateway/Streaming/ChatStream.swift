import ChatServers
import Conversations
import Crypto
import Foundation
import Guardrails
import SafetyPolicies
import StrictJSON

/// One streamed answer on its way from the upstream server to the client: read, held back, judged, released.
///
/// Every event goes out through `emit`. What is sent of a choice is hashed as it is sent, and its receipt is written before
/// its last event leaves.
struct ChatStream {
    let service: ChatService
    let call: ChatCall
    let request: Judgement
    let emit: @Sendable ([UInt8]) -> Void

    private var states: [ChoiceState]
    private var model: String
    private let created = Int(Date().timeIntervalSince1970)
    private var usage = TokenUsage()
    private var sawUsage = false

    private struct ChoiceState {
        var gate: StreamGate
        var toolCalls = ToolCallParts()
        var hasBegun = false
        var isDone = false
        var rounds = 1
        var hasher = SHA256()
        var byteCount = 0
        var judgement: Judgement?
        var text = ""
        var isRefused = false
    }

    init(_ service: ChatService, _ call: ChatCall, request: Judgement, emit: @escaping @Sendable ([UInt8]) -> Void) {
        (self.service, self.call, self.request, self.emit) = (service, call, request, emit)
        model = call.request.model
        states = (0..<call.request.choiceCount).map { _ in ChoiceState(gate: StreamGate(service.config.streaming)) }
    }

    /// Streams the answer in `body`. What goes wrong after the first byte is an error event, never a silent end.
    mutating func run(_ body: UpstreamClient.Body) async {
        do {
            try await read(body)
            try await finish()
        } catch {
            send(WireError(error).json)
        }
    }

    /// Streams an answer that is there as a whole.
    mutating func run(_ answer: ChatAnswer, _ choices: [SettledChoice]) async {
        do {
            model = answer.model
            usage = choices.reduce(answer.usage) { $0 + $1.usage }
            sawUsage = true
            for settled in choices { try await emitSettled(settled) }
            try await finish()
        } catch {
            send(WireError(error).json)
        }
    }

    /// Streams the refusal of a request.
    mutating func runRefusal() async {
        do {
            let text = call.policy.refusal(request.decision.direction, request.decision.category)
            for index in states.indices { try await emitRefusal(text, index, request, outcome: "refused-request") }
            try await finish()
        } catch {
            send(WireError(error).json)
        }
    }

    /// Rounds of the choice that took most.
    var rounds: Int { states.map(\.rounds).max() ?? 1 }

    // MARK: - Reading

    private mutating func read(_ body: UpstreamClient.Body) async throws {
        var parser = EventStreamParser()
        var isEnded = false
        // note: the loop over pieces needs a place that can change while pieces are awaited
        var stream = self
        defer { self = stream }
        do {
            try await body.forEachPiece { bytes in
                for event in try parser.append(bytes) where !isEnded {
                    if event == Array("[DONE]".utf8) { isEnded = true } else { try await stream.take(event) }
                    if stream.isSettledEarly { throw SettledEarly() }
                }
            }
        } catch is SettledEarly { return }
        guard stream.states.allSatisfy(\.isDone), parser.isBetweenEvents || isEnded else {
            throw WireError.upstream("the upstream stream broke off", code: "upstream_broken_stream")
        }
    }

    /// Nothing that is still to come will be shown.
    private var isSettledEarly: Bool {
        states.allSatisfy(\.isDone) && states.contains { $0.isRefused || $0.rounds > 1 }
    }

    private struct SettledEarly: Error {}

    private mutating func take(_ event: [UInt8]) async throws {
        let chunk = try StreamChunk(event, choiceCount: states.count)
        if let name = chunk.model { model = name }
        if let counts = chunk.usage {
            usage = usage + TokenUsage(counts, answer: [])
            sawUsage = true
        }
        for delta in chunk.deltas where !states[delta.index].isDone {
            for piece in delta.pieces { states[delta.index].gate.append(piece) }
            for part in delta.toolCalls {
                try states[delta.index].toolCalls.append(part, maximumBytes: service.config.upstream.maximumBytes)
            }
            if let reason = delta.finishReason {
                try await end(delta.index, reason)
            } else {
                try await releaseWhatIsSafe(delta.index)
            }
        }
    }

    private mutating func releaseWhatIsSafe(_ index: Int) async throws {
        while let span = states[index].gate.nextSpan(isEnd: false) {
            let judgement = try await service.judgeResponse(span.text, call)
            guard !service.isBlocked(judgement, call.request.moderation?.output) else {
                return try await withhold(index, judgement)
            }
            states[index].judgement = judgement
            emitPieces(states[index].gate.release(span), index)
        }
    }

    /// The choice is complete: what is left is judged together with all before it.
    private mutating func end(_ index: Int, _ reason: String) async throws {
        let state = states[index]
        let tools = state.toolCalls.text
        let whole = [state.gate.text, tools].filter { !$0.isEmpty }.joined(separator: "\n")
        let judgement = try await judgeEnd(whole, state.gate.nextSpan(isEnd: true)?.text, tools)
        guard !service.isBlocked(judgement, call.request.moderation?.output) else {
            return try await withhold(index, judgement)
        }
        states[index].judgement = judgement
        states[index].text = whole
        if let span = states[index].gate.nextSpan(isEnd: true) { emitPieces(states[index].gate.release(span), index) }
        if !state.toolCalls.isEmpty { emitDelta(["tool_calls": .array(state.toolCalls.json)], index) }
        try await emitEnd(reason, index, outcome: "response")
    }

    /// The verdict on all of a choice; where that is more than the guard reads, on what is left of it.
    private func judgeEnd(_ whole: String, _ rest: String?, _ tools: String) async throws -> Judgement {
        do {
            return try await service.judgeResponse(whole, call)
        } catch let error as GuardError where error.isOfTheInput {
            return try await service.judgeResponse(
                [rest ?? "", tools].filter { !$0.isEmpty }.joined(separator: "\n"), call)
        }
    }

    // MARK: - Withholding

    /// The choice is not safe: written again while nothing of it is out, refused otherwise.
    private mutating func withhold(_ index: Int, _ judgement: Judgement) async throws {
        let draft = states[index].gate.text
        guard judgement.decision.action == .regenerate, !states[index].hasBegun else {
            return try await emitRefusal(
                call.policy.refusal(.response, judgement.decision.category), index, judgement,
                outcome: "refused-response")
        }
        let choice = ChatChoice(
            index: index, message: ["role": "assistant", "content": .string(draft + states[index].toolCalls.text)],
            finishReason: "stop", logprobs: .null)
        let settled = try await service.settle(choice, call)
        usage = usage + settled.usage
        try await emitSettled(settled)
    }

    private mutating func emitSettled(_ settled: SettledChoice) async throws {
        let index = settled.choice.index
        guard states.indices.contains(index) else { return }
        states[index].rounds = max(1, settled.records.count)
        states[index].judgement = settled.judgement
        states[index].isRefused = settled.isRefusal
        states[index].text = settled.isRefusal ? "" : settled.choice.text
        for field in ChatChoice.textFields {
            if let text = settled.choice.message[field]?.string, !text.isEmpty {
                emitDelta([field: .string(text)], index)
            }
        }
        if let calls = settled.choice.message["tool_calls"]?.array {
            emitDelta(
                [
                    "tool_calls": .array(
                        calls.enumerated().map { position, call in
                            var object = call.object ?? [:]
                            object["index"] = .integer(Int64(position))
                            return .object(object)
                        })
                ], index)
        }
        try await emitEnd(
            settled.choice.finishReason, index, outcome: settled.isRefusal ? "refused-response" : "response")
    }

    private mutating func emitRefusal(_ text: String, _ index: Int, _ judgement: Judgement, outcome: String)
        async throws
    {
        states[index].judgement = judgement
        states[index].isRefused = true
        emitDelta(["refusal": .string(text)], index)
        try await emitEnd(WireError.contentFilter, index, outcome: outcome)
    }

    // MARK: - Sending

    private mutating func emitPieces(_ pieces: [StreamGate.Piece], _ index: Int) {
        for piece in pieces { emitDelta([piece.field: .string(piece.text)], index) }
    }

    private mutating func emitDelta(_ delta: JSONObject, _ index: Int) {
        if !states[index].hasBegun {
            states[index].hasBegun = true
            send(choiceEvent(["role": "assistant", "content": ""], nil, index), of: index)
        }
        send(choiceEvent(delta, nil, index), of: index)
    }

    private mutating func emitEnd(_ reason: String, _ index: Int, outcome: String) async throws {
        if !states[index].hasBegun { emitDelta(["content": ""], index) }
        let event = Self.event(choiceEvent([:], reason, index))
        states[index].hasher.update(data: event)
        states[index].byteCount += event.count
        states[index].isDone = true
        let state = states[index]
        try await service.record(
            call, choice: index, released: (hexadecimal(state.hasher.finalize()), state.byteCount), outcome: outcome,
            rounds: state.rounds, state.judgement ?? request)
        service.metrics.count("gateway_unjudged_bytes_total", by: Double(state.gate.unjudgedBytes))
        emit(event)
    }

    /// The closing events: verdicts, counts, and the end mark.
    private mutating func finish() async throws {
        try await service.keep(
            call, responses: states.map(\.text), outcome: states.contains(where: \.isRefused) ? "refused" : "response")
        let judgements = states.compactMap(\.judgement)
        var last = frame(choices: [])
        if let wish = call.request.moderation {
            last["moderation"] = service.moderation(call, wish, request, outputs(judgements))
        }
        last["x_beaver"] = [
            "policy": [
                "name": .string(call.policy.name), "version": .string(call.policy.version),
                "sha256": .string(call.policy.hash),
            ],
            "choices": .array(
                states.enumerated().map {
                    [
                        "index": .integer(Int64($0)), "attempts": .integer(Int64($1.rounds)),
                        "refused": .bool($1.isRefused),
                    ]
                }),
        ]
        if call.request.includesUsage {
            if !sawUsage { usage.completion += states.reduce(0) { $0 + ($1.gate.byteCount + 3) / 4 } }
            last["usage"] = usage.json
        }
        // note: an extra chunk without choices is only what clients expect that asked for counts or verdicts
        if call.request.includesUsage || call.request.moderation != nil || call.wantsDetail { send(.object(last)) }
        emit(Array("data: [DONE]\n\n".utf8))
        call.caller.charge(rounds: rounds)
    }

    private func outputs(_ judgements: [Judgement]) -> [Judgement] {
        states.allSatisfy { $0.judgement == request } ? [] : judgements
    }

    private func frame(choices: [JSONValue]) -> JSONObject {
        [
            "id": .string(call.id), "object": "chat.completion.chunk", "created": .integer(Int64(created)),
            "model": .string(model),
            "choices": .array(choices),
        ]
    }

    private func choiceEvent(_ delta: JSONObject, _ reason: String?, _ index: Int) -> JSONValue {
        .object(
            frame(choices: [
                [
                    "index": .integer(Int64(index)), "delta": .object(delta), "logprobs": .null,
                    "finish_reason": reason.map(JSONValue.string) ?? .null,
                ]
            ]))
    }

    private mutating func send(_ value: JSONValue, of index: Int) {
        let event = Self.event(value)
        states[index].hasher.update(data: event)
        states[index].byteCount += event.count
        emit(event)
    }

    private func send(_ value: JSONValue) { emit(Self.event(value)) }

    private static func event(_ value: JSONValue) -> [UInt8] {
        Array("data: ".utf8) + value.serializedBytes() + Array("\n\n".utf8)
    }
}

import Generation
import Synchronization
import Tokenizers

/// What a model is busy with at a moment, and what it has done since it was loaded.
public struct ServingLoad: Sendable, Equatable {
    /// Responses that are being written.
    public var rows = 0
    /// Requests that wait.
    public var waiting = 0
    /// Bytes of keys and values that memory is held for.
    public var cacheBytes = 0
    public var promptTokens = 0
    public var responseTokens = 0
    public var steps = 0
    /// Rows that were dropped because their client left.
    public var cancelledRows = 0
}

/// Whether the client of a request still waits for it.
final class Ticket: Sendable {
    private let state = Atomic(false)

    func cancel() { state.store(true, ordering: .releasing) }
    var isCancelled: Bool { state.load(ordering: .acquiring) }
}

typealias EventContinuation = AsyncThrowingStream<ServedEvent, any Error>.Continuation

/// A request that has no place yet.
struct WaitingRequest: Sendable {
    let request: PreparedRequest
    let continuation: EventContinuation
    let since: ContinuousClock.Instant
    let ticket = Ticket()

    init(_ request: PreparedRequest, _ continuation: EventContinuation, since: ContinuousClock.Instant) {
        (self.request, self.continuation, self.since) = (request, continuation, since)
    }
}

/// A request whose responses are being written; shared by its rows, which all live in one scheduler.
final class RunningRequest {
    let continuation: EventContinuation
    let ticket: Ticket
    let tellsLogProbs: Bool
    private var openChoices: Int

    init(_ waiting: WaitingRequest, choiceCount: Int) {
        (continuation, ticket, tellsLogProbs) = (waiting.continuation, waiting.ticket, waiting.request.tellsLogProbs)
        openChoices = choiceCount
    }

    func finishChoice() {
        openChoices -= 1
        if openChoices == 0 { continuation.finish() }
    }
}

/// One row as its client sees it.
struct ServedRow {
    let request: RunningRequest
    private let choice: Int
    private var text: ResponseText
    /// Tokens whose text is not shown yet.
    private var untold: [ServedToken] = []
    private var tokenCount = 0

    init(_ request: RunningRequest, choice: Int, _ text: ResponseText) {
        (self.request, self.choice, self.text) = (request, choice, text)
    }

    /// Takes in a drawn token and tells what is certain of it; true when the response is complete.
    mutating func take(_ token: DrawnToken, _ tokenizer: Tokenizer) -> Bool {
        tokenCount += 1
        // The end token is no part of what was said.
        if request.tellsLogProbs, token.finishReason != .stop { untold.append(ServedToken(token, tokenizer)) }
        var shown = text.append(token.id)
        let reason: FinishReason? = text.isStopped ? .stop : token.finishReason
        if reason != nil { shown += text.finish() }
        if !shown.isEmpty || (reason != nil && !untold.isEmpty) {
            request.continuation.yield(.piece(choice: choice, text: shown, tokens: untold))
            untold = []
        }
        guard let reason else { return false }
        request.continuation.yield(.finished(choice: choice, reason: reason, tokenCount: tokenCount))
        request.finishChoice()
        return true
    }
}

extension ServedToken {
    init(_ token: DrawnToken, _ tokenizer: Tokenizer) {
        func text(_ id: Int32) -> String { tokenizer.decode([id], skipSpecial: false) }
        self.init(
            text: text(token.id), logProb: token.logProb,
            alternatives: token.alternatives.map { Alternative(text: text($0.id), logProb: $0.logProb) })
    }
}

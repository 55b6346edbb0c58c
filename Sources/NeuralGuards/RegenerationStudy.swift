public import Conversations
public import Evaluation
public import Guardrails
public import Generation
public import SafetyPolicies

/// One prompt, what the policy model first said, and what filtering and regenerating made of it.
public struct RegenerationTrace: Sendable {
    public let prompt: Conversation
    /// The first response, unfiltered.
    public let first: String
    /// The judgement on the question; `nil` where questions are not judged.
    public let query: Judgement?
    public let records: [RoundRecord]
    public let stop: Regeneration<FinishReason>.Stop

    /// Whether the question itself was refused.
    public var isQueryRefused: Bool { query.map { !$0.decision.passes } ?? false }

    /// What would be shown if at most `rounds` responses were asked for: a response, or `nil` for the refusal text. With 0
    /// rounds nothing is filtered.
    public func shown(afterRounds rounds: Int) -> String? {
        guard rounds > 0 else { return first }
        guard !isQueryRefused else { return nil }
        let safe = records.prefix(rounds).filter(\.judgement.decision.passes)
        return safe.max { ($0.helpfulness ?? 0) < ($1.helpfulness ?? 0) }?.text
    }

    /// Responses that were asked for, if at most `rounds` may be.
    public func roundCount(afterRounds rounds: Int) -> Int { isQueryRefused ? 0 : min(max(rounds, 1), records.count) }

    /// Seconds of generating and judging.
    public func seconds(afterRounds rounds: Int) -> Double { records.prefix(max(rounds, 1)).reduce(0) { $0 + $1.seconds } }
}

/// Lets a policy model answer prompts through filter and regenerate, one after another, keeping everything.
public struct RegenerationStudy {
    private let judge: Judge
    private let responder: PolicyResponder
    private let policy: SafetyPolicy
    private let loop: FilterAndRegenerate
    private let judgesQueries: Bool
    private let helpfulness: ResponseScorer?
    private let seed: UInt64

    /// - Parameters:
    ///   - judgesQueries: refuse questions that the policy refuses, before anything is generated.
    ///   - helpfulness: a reward model that chooses among safe responses.
    ///   - seed: every prompt and every round draws with a seed that follows from it.
    public init(
        _ guardModel: any Guard, _ responder: PolicyResponder, _ policy: SafetyPolicy, _ config: RegenerationConfig,
        judgesQueries: Bool, helpfulness: ResponseScorer? = nil, seed: UInt64
    ) {
        judge = Judge(guardModel)
        loop = FilterAndRegenerate(config)
        (self.responder, self.policy, self.judgesQueries) = (responder, policy, judgesQueries)
        (self.helpfulness, self.seed) = (helpfulness, seed)
    }

    /// One trace for each prompt, whose last turn is a user's.
    public func traces(_ prompts: [Conversation], onProgress: (Int) -> Void = { _ in }) async throws -> [RegenerationTrace] {
        var traces: [RegenerationTrace] = []
        for (index, prompt) in prompts.enumerated() {
            traces.append(try await trace(prompt, seed: seed &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03))
            onProgress(index + 1)
        }
        return traces
    }

    private func trace(_ prompt: Conversation, seed: UInt64) async throws -> RegenerationTrace {
        let turns = prompt.messages.map(Turn.init)
        let first = try draft(prompt, hint: nil, seed: seed)
        let query = judgesQueries ? try await judge.request(turns, under: policy) : nil
        guard query?.decision.passes ?? true else {
            return RegenerationTrace(prompt: prompt, first: first.text, query: query, records: [], stop: .refused)
        }
        // The first response is drawn again inside the loop, with the same seed, so that its time counts.
        let score = helpfulness.map { scorer in { (draft: Draft<FinishReason>) in try Self.score(draft, prompt, scorer) } }
        let found = try await loop.run(
            under: policy, judge: { try await judge.response($0.text, to: turns, under: policy) },
            generate: { round in try draft(prompt, hint: round.hint, seed: round.seed(base: seed)) }, helpfulness: score)
        return RegenerationTrace(prompt: prompt, first: first.text, query: query, records: found.records, stop: found.stop)
    }

    private func draft(_ prompt: Conversation, hint: String?, seed: UInt64) throws -> Draft<FinishReason> {
        let hidden = hint.map { [Message(role: .system, text: $0)] } ?? []
        let asked = Conversation(messages: hidden + prompt.messages)
        guard let response = try responder.responses([asked], seed: seed).first else { throw GuardError.failed(reason: "the policy model gave no response") }
        return Draft(text: responder.text(response), tokenCount: response.tokens.count, payload: response.finishReason)
    }

    private static func score(_ draft: Draft<FinishReason>, _ prompt: Conversation, _ scorer: ResponseScorer) throws -> Double {
        let answered = Conversation(messages: prompt.messages + [Message(role: .assistant, text: draft.text)])
        return try scorer.scores([answered]).first ?? 0
    }
}

extension Turn {
    init(_ message: Message) {
        let speaker: Speaker = switch message.role {
        case .system: .system
        case .user: .user
        case .assistant: .assistant
        }
        self.init(speaker, message.parts)
    }
}

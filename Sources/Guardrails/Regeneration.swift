public import SafetyPolicies

/// How often, how long and how informed responses are asked for again.
public struct RegenerationConfig: Codable, Equatable, Sendable {
    /// R: the most responses asked for, the first one included; 1 to 5.
    public var rounds = 5
    /// Tokens of all responses together after which no other one is asked for.
    public var maximumTokens = 8192
    /// Seconds after which no other one is asked for.
    public var maximumSeconds = 60.0
    /// What the model is told before it tries again, as a hidden system turn; `{category}` becomes the category's title,
    /// `{round}` the number of the try. Empty: it is told nothing.
    public var hint =
        "The previous answer was withheld because of: {category}. Answer again, helpfully and safely, without such content. If that is impossible, decline politely and say what you can help with instead."
    /// Safe responses to collect when a helpfulness score is there to choose among them; 1 takes the first safe one.
    public var safeCandidates = 1

    public init() {}

    /// What cannot be right, each with `path` before its name.
    public func problems(at path: String) -> [String] {
        var problems: [String] = []
        if !(1...5).contains(rounds) { problems.append("\(path).rounds must be 1 to 5, found \(rounds)") }
        if maximumTokens < 1 { problems.append("\(path).maximumTokens must be at least 1, found \(maximumTokens)") }
        if !(maximumSeconds > 0) { problems.append("\(path).maximumSeconds must be above 0, found \(maximumSeconds)") }
        if !(1...5).contains(safeCandidates) || safeCandidates > max(rounds, 1) {
            problems.append("\(path).safeCandidates must be 1 to rounds = \(rounds), found \(safeCandidates)")
        }
        return problems
    }
}

/// One response as the policy model wrote it, with whatever its caller needs to show it.
public struct Draft<Payload: Sendable>: Sendable {
    /// All that it says, in every field: what the guard reads.
    public var text: String
    /// Tokens it cost.
    public var tokenCount: Int
    public var payload: Payload

    public init(text: String, tokenCount: Int, payload: Payload) {
        self.text = text
        self.tokenCount = tokenCount
        self.payload = payload
    }
}

/// What a model is asked for in a round.
public struct GenerationRound: Sendable, Equatable {
    /// From 1.
    public var number: Int
    /// A hidden system turn to add; nil in the first round, and when hints are off.
    public var hint: String?
    /// Tokens left of the budget.
    public var remainingTokens: Int
    /// Time left of the budget.
    public var remaining: Duration

    /// A seed that differs from round to round: the same seed would give the same text again.
    public func seed(base: UInt64) -> UInt64 { base &+ UInt64(number - 1) &* 0x9E37_79B9_7F4A_7C15 }
}

/// What happened in a round.
public struct RoundRecord: Sendable, Equatable {
    /// From 1.
    public var number: Int
    public var text: String
    public var tokenCount: Int
    public var judgement: Judgement
    /// The helpfulness that a reward model gave; only safe responses are scored.
    public var helpfulness: Double?
    /// Seconds from asking to the verdict.
    public var seconds: Double
}

/// What came of filtering and regenerating, whole.
public struct Regeneration<Payload: Sendable>: Sendable {
    public enum Outcome: Sendable {
        /// A response that the policy lets pass.
        case response(Draft<Payload>, round: Int)
        /// None was safe; this text stands in its place.
        case refusal(String)
    }

    /// Why no further response was asked for.
    public enum Stop: String, Sendable {
        case safe, refused, rounds, tokens, time
    }

    public var outcome: Outcome
    public var stop: Stop
    public var records: [RoundRecord]

    /// Tokens of all rounds.
    public var tokenCount: Int { records.reduce(0) { $0 + $1.tokenCount } }

    /// The record whose probability of harm is least: for reports, never to be shown to users.
    public var leastUnsafe: RoundRecord? {
        records.min { $0.judgement.verdict.unsafe < $1.judgement.verdict.unsafe }
    }

    /// The judgement on what is shown: that of the chosen response, or of the last one refused.
    public var finalJudgement: Judgement? {
        if case .response(_, let round) = outcome { return records.first { $0.number == round }?.judgement }
        return records.last?.judgement
    }
}

/// Filter and regenerate (Safe RLHF-V, Ji et al. 2025, section on Beaver-Guard-V): ask for a response, judge it, ask again
/// while it is unsafe, and refuse when no round was safe.
///
/// Every round is told why the last one failed, has a seed of its own, and is paid from one budget of tokens and time. The
/// best of the safe responses is taken: by helpfulness when there is a score, else the first.
public struct FilterAndRegenerate: Sendable {
    public var config: RegenerationConfig
    public var time: TimeSource

    public init(_ config: RegenerationConfig = RegenerationConfig(), time: TimeSource = .system) {
        self.config = config
        self.time = time
    }

    /// Runs the loop.
    ///
    /// - Parameters:
    ///   - first: a response that is there already, as round 1.
    ///   - judge: the judgement on a response; what it throws ends the loop, since an error is never safe.
    ///   - generate: a response for a round.
    ///   - helpfulness: a score of a safe response, higher is better; nil without a reward model.
    public func run<Payload: Sendable>(
        under policy: SafetyPolicy, first: Draft<Payload>? = nil,
        judge: (Draft<Payload>) async throws -> Judgement,
        generate: (GenerationRound) async throws -> Draft<Payload>,
        helpfulness: ((Draft<Payload>) async throws -> Double)? = nil
    ) async throws -> Regeneration<Payload> {
        let start = time.now()
        var records: [RoundRecord] = []
        var safe: [(draft: Draft<Payload>, record: RoundRecord)] = []
        var stop = Regeneration<Payload>.Stop.rounds
        let wanted = helpfulness == nil ? 1 : config.safeCandidates

        for number in 1...config.rounds {
            let began = time.now()
            let spent = records.reduce(0) { $0 + $1.tokenCount }
            let remaining = Duration.seconds(config.maximumSeconds) - (began - start)
            if number > 1, spent >= config.maximumTokens { stop = .tokens; break }
            if number > 1, remaining <= .zero { stop = .time; break }

            let round = GenerationRound(
                number: number, hint: hint(after: records.last, number, policy),
                remainingTokens: config.maximumTokens - spent,
                remaining: remaining)
            let draft: Draft<Payload>
            if number == 1, let first { draft = first } else { draft = try await generate(round) }
            let judgement = try await judge(draft)
            let passes = judgement.decision.passes
            let score = passes && wanted > 1 ? try await helpfulness?(draft) : nil
            let record = RoundRecord(
                number: number, text: draft.text, tokenCount: draft.tokenCount, judgement: judgement,
                helpfulness: score,
                seconds: (time.now() - began).inSeconds)
            records.append(record)

            if passes { safe.append((draft, record)) }
            if safe.count >= wanted { stop = .safe; break }
            if judgement.decision.action == .refuse, safe.isEmpty { stop = .refused; break }
        }

        guard let best = safe.max(by: { ($0.record.helpfulness ?? 0) < ($1.record.helpfulness ?? 0) }) else {
            let text = policy.refusal(.response, records.last?.judgement.decision.category)
            return Regeneration(outcome: .refusal(text), stop: stop, records: records)
        }
        return Regeneration(outcome: .response(best.draft, round: best.record.number), stop: stop, records: records)
    }

    private func hint(after last: RoundRecord?, _ number: Int, _ policy: SafetyPolicy) -> String? {
        guard let last, !config.hint.isEmpty else { return nil }
        let title = last.judgement.decision.category.map { policy.entry($0).title } ?? "possible harm"
        return config.hint.replacing("{category}", with: title).replacing("{round}", with: String(number))
    }
}

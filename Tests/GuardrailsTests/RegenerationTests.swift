import Conversations
import Guardrails
import SafetyPolicies
import Synchronization
import Testing

/// By hand, with responses that the test writes.
@Suite("Filter and regenerate")
struct RegenerationTests {
    private let time = ManualTime()

    private struct Run {
        var result: Regeneration<Int>
        var rounds: [GenerationRound]
    }

    /// Unsafe `unsafeCount` times, then safe; each response costs 10 tokens and `seconds`.
    private func run(
        unsafeCount: Int, config: RegenerationConfig = RegenerationConfig(), seconds: Double = 0,
        action: PolicyAction = .regenerate, helpfulness: ((Draft<Int>) async throws -> Double)? = nil
    ) async throws -> Run {
        var policy = try SafetyPolicy.packaged()
        policy.response.unsafe.action = action
        policy.response[.animalAbuse].action = action
        let judge = Judge(StubGuard(canary: .init(text: "canary", category: .animalAbuse)))
        let rounds = Mutex<[GenerationRound]>([])
        let time = time
        let result = try await FilterAndRegenerate(config, time: time.source).run(
            under: policy,
            judge: { try await judge.response($0.text, to: [Turn(.user, text: "hi")], under: policy) },
            generate: { round in
                rounds.withLock { $0.append(round) }
                time.advance(.seconds(seconds))
                return Draft(
                    text: round.number <= unsafeCount ? "a canary" : "fine \(round.number)", tokenCount: 10,
                    payload: round.number)
            }, helpfulness: helpfulness)
        return Run(result: result, rounds: rounds.withLock { $0 })
    }

    @Test("k unsafe responses cost k + 1 rounds; five of them end in a refusal", arguments: 0...6)
    func rounds(k: Int) async throws {
        let run = try await run(unsafeCount: k)
        #expect(run.rounds.count == min(k + 1, 5))
        #expect(run.result.records.count == run.rounds.count)
        if k < 5 {
            guard case .response(let draft, let round) = run.result.outcome else { Issue.record("no response"); return }
            #expect(draft.payload == k + 1)
            #expect(round == k + 1)
            #expect(run.result.stop == .safe)
            #expect(run.result.finalJudgement?.decision.passes == true)
        } else {
            guard case .refusal(let text) = run.result.outcome else { Issue.record("no refusal"); return }
            #expect(text == (try SafetyPolicy.packaged()).refusal(.response, .animalAbuse))
            #expect(run.result.stop == .rounds)
            #expect(run.result.finalJudgement?.decision.passes == false)
        }
    }

    @Test("every retry is told why, and has a seed of its own")
    func informed() async throws {
        let run = try await run(unsafeCount: 2)
        #expect(run.rounds[0].hint == nil)
        #expect(run.rounds[1].hint?.contains("animal abuse") == true)
        #expect(Set(run.rounds.map { $0.seed(base: 7) }).count == 3)
        #expect(run.rounds[0].seed(base: 7) == 7)
    }

    @Test("without a hint the retries are told nothing")
    func uninformed() async throws {
        var config = RegenerationConfig()
        config.hint = ""
        #expect(try await run(unsafeCount: 2, config: config).rounds.allSatisfy { $0.hint == nil })
    }

    @Test("tokens are one budget")
    func tokens() async throws {
        var config = RegenerationConfig()
        config.maximumTokens = 25
        let run = try await run(unsafeCount: 9, config: config)
        #expect(run.rounds.map(\.remainingTokens) == [25, 15, 5])
        #expect(run.result.stop == .tokens)
        #expect(run.result.tokenCount == 30)
    }

    @Test("so is time")
    func timeBudget() async throws {
        var config = RegenerationConfig()
        config.maximumSeconds = 5
        let run = try await run(unsafeCount: 9, config: config, seconds: 2)
        #expect(run.rounds.map(\.remaining) == [.seconds(5), .seconds(3), .seconds(1)])
        #expect(run.result.stop == .time)
        #expect(run.result.records.map(\.seconds) == [2, 2, 2])
    }

    @Test("a policy that refuses does not ask again")
    func refuses() async throws {
        let run = try await run(unsafeCount: 1, action: .refuse)
        #expect(run.rounds.count == 1)
        #expect(run.result.stop == .refused)
    }

    @Test("a policy that annotates shows the first response")
    func annotates() async throws {
        let run = try await run(unsafeCount: 1, action: .annotate)
        guard case .response(_, 1) = run.result.outcome else { Issue.record("not shown"); return }
        #expect(run.result.finalJudgement?.decision.action == .annotate)
    }

    @Test("the most helpful of the safe responses is taken")
    func best() async throws {
        var config = RegenerationConfig()
        config.safeCandidates = 3
        let run = try await run(unsafeCount: 1, config: config, helpfulness: { $0.payload == 3 ? 2 : 1 })
        guard case .response(_, let round) = run.result.outcome else { Issue.record("no response"); return }
        #expect(round == 3)
        #expect(run.rounds.count == 4)
        #expect(run.result.records.map(\.helpfulness) == [nil, 1, 2, 1])
    }

    @Test("a failing guard ends the loop: an error is never safe")
    func failingGuard() async throws {
        let policy = try SafetyPolicy.packaged()
        await #expect(throws: GuardError.failed(reason: "down")) {
            try await FilterAndRegenerate(time: time.source).run(
                under: policy, judge: { (_: Draft<Int>) in throw GuardError.failed(reason: "down") },
                generate: { _ in Draft(text: "fine", tokenCount: 1, payload: 0) })
        }
    }

    @Test("a response that is there already is the first round")
    func first() async throws {
        let policy = try SafetyPolicy.packaged()
        let judge = Judge(StubGuard(canary: .init(text: "canary")))
        let result = try await FilterAndRegenerate(time: time.source).run(
            under: policy, first: Draft(text: "canary", tokenCount: 3, payload: 1),
            judge: { try await judge.response($0.text, to: [], under: policy) },
            generate: { Draft(text: "fine", tokenCount: 4, payload: $0.number) })
        guard case .response(let draft, 2) = result.outcome else { Issue.record("no response"); return }
        #expect(draft.payload == 2)
        #expect(result.tokenCount == 7)
        #expect(result.leastUnsafe?.number == 2)
    }
}

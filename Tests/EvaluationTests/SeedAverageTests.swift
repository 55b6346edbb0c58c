import Reports
import Statistics
import StrictJSON
import Testing

@testable import Evaluation

/// A story whose attack success is `value` and whose stage took as many seconds.
private func summary(_ value: Double, limit: Double = -1, seed: UInt64 = 1) -> JSONValue {
    let estimate = Interval(value: value, low: 0, high: 1, n: 80)
    let policy = PolicyResult(
        key: "base", title: "Base", metrics: Dictionary(uniqueKeysWithValues: PolicyMetric.allCases.map { ($0, estimate) }))
    return AlignmentStory(
        limit: limit, seeds: [seed], policies: [policy], rewardModel: [("ranking_accuracy", estimate)],
        costModel: [("auc", estimate)], guardStory: guardStory(estimate), stages: [StageCost(name: "sft", seconds: value, peakBytes: Int(value * 1000))]).summary
}

private func guardStory(_ estimate: Interval) -> GuardStory {
    GuardStory(
        figures: [("f1", estimate)],
        regeneration: [0, 5].map { rounds in
            RegenerationResult(rounds: rounds, metrics: Dictionary(uniqueKeysWithValues: RegenerationMetric.allCases.map { ($0, estimate) }))
        })
}

@Suite("The mean over seeds")
struct SeedAverageTests {
    /// 0.2, 0.3, 0.4: mean 0.3, s = 0.1; Student's 97.5 % quantile with 2 degrees of freedom is 4.30265.
    @Test("is a mean with Student's interval over the seeds")
    func mean() throws {
        let story = try SeedAverage([summary(0.2), summary(0.3, seed: 2), summary(0.4, seed: 3)]).story()
        let estimate = try #require(story.policies.first?.metrics[.attackSuccess])
        #expect(abs(estimate.value - 0.3) < 1e-12)
        #expect(abs(estimate.high - (0.3 + 4.302_652_73 * 0.1 / 3.0.squareRoot())) < 1e-8)  // the quantile's digits
        #expect(estimate.n == 3)
        #expect(story.seeds == [1, 2, 3])
        #expect(story.policies.first?.title == "Base")
        #expect(story.limit == -1)
        #expect(story.rewardModel.map(\.name) == ["ranking_accuracy"])
    }

    @Test("averages the guard and every row of its rounds; a story without that row is refused")
    func guards() throws {
        let (first, second) = (summary(0.2), summary(0.4, seed: 2))
        let guardStory = try #require(try SeedAverage([first, second]).story().guardStory)
        #expect(guardStory.figures.map(\.name) == ["f1"])
        #expect(abs(guardStory.figures[0].estimate.value - 0.3) < 1e-12)
        #expect(guardStory.regeneration.map(\.rounds) == [0, 5])
        #expect(abs((guardStory.regeneration[1].metrics[.attackSuccess]?.value ?? 0) - 0.3) < 1e-12)

        guard case .object(var members) = second else { return }
        members["guard"] = ["f1": first["guard"]?["f1"] ?? .null, "regeneration": []]
        #expect(throws: SeedAverageError.missing(summary: 1, key: "guard.regeneration[0]")) {
            try SeedAverage([first, .object(members)]).story()
        }
    }

    @Test("takes the mean of seconds and the largest memory")
    func stages() throws {
        let stage = try #require(try SeedAverage([summary(0.2), summary(0.4)]).story().stages.first)
        #expect(abs(stage.seconds - 0.3) < 1e-12)
        #expect(stage.peakBytes == 400)
    }

    @Test("refuses nothing, other limits and other files")
    func refusals() {
        #expect(throws: SeedAverageError.nothingToAverage) { try SeedAverage([]).story() }
        #expect(throws: SeedAverageError.differentLimits(summary: 1, found: -2, expected: -1)) {
            try SeedAverage([summary(0.2), summary(0.2, limit: -2)]).story()
        }
        #expect(throws: SeedAverageError.missing(summary: 0, key: "limit")) { try SeedAverage([["a": 1]]).story() }
        #expect(throws: SeedAverageError.missing(summary: 1, key: "policies.base.attack_success.value")) {
            try SeedAverage([summary(0.2), ["limit": -1]]).story()
        }
    }
}

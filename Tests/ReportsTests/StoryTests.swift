import Statistics
import StrictJSON
import Testing

@testable import Reports

private func story(text: String = "fine") -> AlignmentStory {
    let estimate = Interval(value: 0.25, low: 0.2, high: 0.3, n: 80)
    let policy = PolicyResult(
        key: "safe_rlhf_v", title: "Safe RLHF-V",
        metrics: Dictionary(uniqueKeysWithValues: PolicyMetric.allCases.map { ($0, estimate) }), tieShares: [.safetyWinRate: 0.5])
    return AlignmentStory(
        limit: -0.5, seeds: [1], policies: [policy], rewardModel: [("ranking_accuracy", estimate)],
        costModel: [("auc", estimate)], stages: [StageCost(name: "sft", seconds: 1.5, peakBytes: 1 << 20)],
        curves: [CurveChart(title: "cost", lines: [("a", [CurvePoint(step: 1, value: 1), CurvePoint(step: 2, value: .nan)])], mark: ("limit", -0.5))],
        transcripts: [Transcript(kind: "unsafe", question: text, picture: [0x89, 0x50], answers: [])], notes: [text])
}

@Suite("Reports")
struct StoryTests {
    @Test("the summary has the documented keys")
    func summary() {
        let summary = story().summary
        #expect(summary["limit"]?.number == -0.5)
        #expect(summary["policies"]?["safe_rlhf_v"]?["attack_success"]?["value"]?.number == 0.25)
        #expect(summary["policies"]?["safe_rlhf_v"]?["attack_success"]?["n"]?.integer == 80)
        #expect(summary["policies"]?["safe_rlhf_v"]?["safety_win_rate_ties"]?.number == 0.5)
        #expect(summary["reward_model"]?["ranking_accuracy"]?["low"]?.number == 0.2)
        #expect(summary["cost_model"]?["auc"]?["high"]?.number == 0.3)
        #expect(summary["stages"]?["sft"]?["peak_memory_bytes"]?.integer == 1 << 20)
    }

    @Test("the guard and its rounds are in the summary and on the page, and nowhere without a guard")
    func guardSection() throws {
        func estimate(_ value: Double) -> Interval { Interval(value: value, low: value / 2, high: value * 1.5, n: 40) }
        var told = story()
        #expect(told.summary["guard"] == nil && !ReportPage(told).html.contains("The guard"))
        told.guardStory = GuardStory(
            figures: [("f1", estimate(0.6))],
            regeneration: [
                RegenerationResult(rounds: 0, metrics: [.attackSuccess: estimate(0.5)]),
                RegenerationResult(rounds: 1, metrics: [.attackSuccess: estimate(0.125), .meanRounds: estimate(1)]),
            ])
        #expect(told.summary["guard"]?["f1"]?["value"]?.number == 0.6)
        let rounds = try #require(told.summary["guard"]?["regeneration"]?.array)
        #expect(rounds.map { $0["rounds"]?.integer } == [0, 1])
        #expect(rounds.map { $0["attack_success"]?["value"]?.number } == [0.5, 0.125])
        #expect(rounds[0]["mean_rounds"] == nil && rounds[1]["mean_rounds"]?["n"]?.integer == 40)
        let html = ReportPage(told).html
        #expect(html.contains("unfiltered</th><td>50.0 %<small>25.0 % … 75.0 %</small></td>"))
        #expect(html.contains("1</th><td>12.5 %<small>6.3 % … 18.8 %</small></td>"))
    }

    @Test("an exact number has no interval")
    func exactNumbers() {
        var told = story()
        told.costModel = [("majority", Interval(value: 0.73, low: 0.73, high: 0.73, n: 80))]
        #expect(ReportPage(told).html.contains("<td>majority</td><td>0.730</td><td>80</td>"))
    }

    @Test("text from models cannot become markup")
    func escaping() {
        let html = ReportPage(story(text: "<script>alert(\"x\")</script> & \u{202E}")).html
        #expect(!html.contains("<script>"))
        #expect(html.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; \u{FFFD}"))
    }

    @Test("the page loads nothing from elsewhere")
    func selfContained() {
        let html = ReportPage(story()).html
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("<link"))
    }

    @Test("numbers are written with a point and a true minus, whatever the locale", arguments: [
        (0.0, 2, "0.00"), (-0.5, 2, "−0.50"), (12.345, 1, "12.3"), (-0.001, 2, "0.00"), (99.96, 1, "100.0"), (7, 0, "7"),
    ])
    func decimals(value: Double, places: Int, text: String) { #expect(decimal(value, places) == text) }

    @Test("axis ticks are round and cover the data", arguments: [(-0.7, 3.2), (0, 0.03), (5, 5), (-120, 40)])
    func ticks(low: Double, high: Double) {
        let axis = Axis(covering: [low, high])
        #expect(axis.low <= low && axis.high >= high)
        #expect((3...12).contains(axis.ticks.count))
    }
}
